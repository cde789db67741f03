/**
 * One region's bucket over S3.
 * Invariant: nothing is overwritten, because every put carries `If-None-Match: *`; a call ends within its limit and
 * repeats nothing by itself. The SDK's checksum of each put and get stays on: bytes that changed on the way are a fault.
 */
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PortFault } from '@understudy/core';
import type { ObjectQuery, ObjectStore, StoredObject } from '@understudy/core';
import { awsClientConfig, callWithin } from '../system/aws-client.ts';
import { awsFault, errorName } from '../system/aws-fault.ts';
import type { AwsClientOptions, CallLimits } from '../system/aws-client.ts';

export interface S3ObjectStoreOptions extends AwsClientOptions {
  readonly bucket: string;
  /** For a caller that somebody waits for; the default lets a settlement file of some megabytes through a slow link. */
  readonly limits?: CallLimits;
}

const defaultLimits: CallLimits = { connectMs: 1000, totalMs: 10_000 };

/** Several times the largest settlement file. */
const OBJECT_BYTES_MAX = 32 * 1024 * 1024;
const KEYS_PER_PAGE = 1000;

const isNotFound = (error: unknown): boolean => ['NoSuchKey', 'NotFound'].includes(errorName(error));

/** Another put of this key is under way: what became of it is not known yet. */
const isConflict = (error: unknown): boolean => errorName(error) === 'ConditionalRequestConflict';

export type ObjectReader = Pick<ObjectStore, 'get' | 'has' | 'list'>;

interface Connection {
  readonly client: S3Client;
  readonly Bucket: string;
  readonly limits: CallLimits;
  /** What `answerOf` answers for an error that says something, instead of failing. */
  readonly call: <T>(work: () => Promise<T>, answerOf: (error: unknown) => { readonly answer: T } | undefined) => Promise<T>;
}

function connect(options: S3ObjectStoreOptions): Connection {
  const limits = options.limits ?? defaultLimits;
  const Bucket = options.bucket;
  const client = new S3Client({ ...awsClientConfig(options, limits), forcePathStyle: options.endpoint !== undefined });
  const call = async <T>(work: () => Promise<T>, answerOf: (error: unknown) => { readonly answer: T } | undefined): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const known = answerOf(error);
      if (known) return known.answer;
      throw isConflict(error) ? awsFault('bucket', error, true) : awsFault('bucket', error);
    }
  };
  return { client, Bucket, limits, call };
}

export const createS3ObjectStore = (options: S3ObjectStoreOptions): ObjectStore => {
  const connection = connect(options);
  return { ...reading(connection), ...putting(connection) };
};

/** For a function that never puts anything: what puts is then not in its bundle either. */
export const createS3ObjectReader = (options: S3ObjectStoreOptions): ObjectReader => reading(connect(options));

function putting({ client, Bucket, limits, call }: Connection): Pick<ObjectStore, 'putIfAbsent'> {
  return {
    putIfAbsent: ({ key, body, contentType }: StoredObject) =>
      call<'put' | 'exists'>(
        async () => {
          // A Buffer rather than text: its length is known, so the SDK sends it as it is, in one piece.
          await client.send(new PutObjectCommand({ Bucket, Key: key, Body: Buffer.from(body), ContentType: contentType, IfNoneMatch: '*' }), callWithin(limits));
          return 'put';
        },
        (error) => (errorName(error) === 'PreconditionFailed' ? { answer: 'exists' } : undefined),
      ),
  };
}

function reading({ client, Bucket, limits, call }: Connection): ObjectReader {
  return {
    get: (key) =>
      call<string | undefined>(
        async () => {
          const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key: key }), callWithin(limits));
          if (!Body || ContentLength === undefined || ContentLength > OBJECT_BYTES_MAX) throw new PortFault({ port: 'bucket', retryable: false, message: 'an object has no length, or is longer than anything that is put here' });
          return Body.transformToString('utf8');
        },
        (error) => (isNotFound(error) ? { answer: undefined } : undefined),
      ),
    has: (key) =>
      call(
        async () => {
          await client.send(new HeadObjectCommand({ Bucket, Key: key }), callWithin(limits));
          return true;
        },
        (error) => (isNotFound(error) ? { answer: false } : undefined),
      ),
    list: ({ prefix, after }: ObjectQuery) =>
      call(
        async () => {
          const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: KEYS_PER_PAGE, ...(after === undefined ? {} : { StartAfter: after }) }), callWithin(limits));
          if (page.KeyCount === undefined) throw new PortFault({ port: 'bucket', retryable: true, message: 'the answer is no listing' });
          return { keys: (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])), more: page.IsTruncated === true };
        },
        () => undefined,
      ),
  };
}
