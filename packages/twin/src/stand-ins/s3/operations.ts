/**
 * S3's REST calls, as far as the service makes them: PutObject with `If-None-Match: *`, GetObject, HeadObject and
 * ListObjectsV2, path style. Invariant: the bytes that come in are the bytes that go out; a body that is framed, or that
 * does not have the checksum it came with, is refused rather than stored.
 * It does not do: any other call, ranges, delimiters, multipart, metadata, reading old versions, signatures.
 */
import { asAwsError, AwsError } from '../wire/aws-error.ts';
import type { Call, Reply } from '../wire/http-front.ts';
import { renderXml } from '../wire/xml.ts';
import type { Bucket, Version } from './bucket.ts';
import { crc32Of } from './bucket.ts';

const XML_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const KEYS_MAX = 1000;

export interface S3Service {
  readonly name: string;
  readonly bucket: Bucket;
  /** Hears of what was put here, not of replicas. */
  readonly onPut: (version: Version) => void;
}

export const answerS3 = (service: S3Service) => async (call: Call): Promise<Reply> => {
  try {
    return serve(service, call);
  } catch (cause) {
    const error = asAwsError(cause);
    return { status: error.status, headers: { 'content-type': 'application/xml' }, body: renderXml({ Error: { Code: error.code, Message: error.message } }, '') };
  }
};

function serve(service: S3Service, call: Call): Reply {
  const [path = '', query = ''] = call.path.split('?');
  const [, bucketName = '', ...rest] = path.split('/');
  if (bucketName !== service.name) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  const key = rest.map(decodeURIComponent).join('/');
  const fields = new URLSearchParams(query);
  const operation = fields.get('x-id') ?? fields.get('list-type') ?? '';
  if (call.method === 'GET' && key === '' && operation === '2') return list(service, fields);
  if (call.method === 'PUT' && key !== '' && ['', 'PutObject'].includes(operation)) return put(service, key, call);
  if (call.method === 'GET' && key !== '' && ['', 'GetObject'].includes(operation) && call.headers.range === undefined) return get(service.bucket, key);
  if (call.method === 'HEAD' && key !== '') return head(service.bucket, key);
  throw new AwsError('NotImplemented', 'This stand-in does not do that.', 501);
}

function put({ bucket, onPut }: S3Service, key: string, { headers, bytes }: Call): Reply {
  const framing = `${headers['content-encoding'] ?? ''} ${String(headers['x-amz-content-sha256'] ?? '')}`;
  if (/aws-chunked|STREAMING-/.test(framing)) throw new AwsError('NotImplemented', 'This stand-in takes bodies in one piece only.', 501);
  const checksum = headers['x-amz-checksum-crc32'];
  if (checksum !== undefined && checksum !== crc32Of(bytes)) throw new AwsError('BadDigest', 'The body does not have the checksum that it came with.');
  if (headers['if-none-match'] === '*' && bucket.find(key)) throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  const contentType = headers['content-type'] ?? 'binary/octet-stream';
  const source = headers['x-replica-version'];
  if (typeof source === 'string') return stored(bucket.put(key, bytes, { contentType, source: { versionId: source, putAtMs: Number(headers['x-replica-put-at']) } }));
  const version = bucket.put(key, bytes, { contentType });
  onPut(version);
  return stored(version);
}

const stored = (version: Version): Reply => ({ status: 200, headers: { etag: etagOf(version), 'x-amz-version-id': version.versionId }, body: '' });

function get(bucket: Bucket, key: string): Reply {
  const version = bucket.find(key);
  if (!version) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  return { status: 200, headers: headersOf(version), body: bucket.read(version) };
}

/** An answer to HEAD has no body, not even for an error. */
function head(bucket: Bucket, key: string): Reply {
  const version = bucket.find(key);
  return version ? { status: 200, headers: headersOf(version), body: bucket.read(version) } : { status: 404, headers: {}, body: '' };
}

const etagOf = ({ md5 }: Version): string => `"${md5}"`;
const headersOf = (version: Version): Readonly<Record<string, string>> => ({
  'content-type': version.contentType, etag: etagOf(version), 'x-amz-version-id': version.versionId, 'x-amz-checksum-crc32': version.crc32,
  'last-modified': new Date(version.putAtMs).toUTCString(),
});

function list({ name, bucket }: S3Service, fields: URLSearchParams): Reply {
  if (fields.get('delimiter') || fields.get('encoding-type')) throw new AwsError('NotImplemented', 'This stand-in lists keys only as they are.', 501);
  const prefix = fields.get('prefix') ?? '';
  const limit = Math.min(Number(fields.get('max-keys') ?? KEYS_MAX), KEYS_MAX);
  const after = fields.get('continuation-token') ?? fields.get('start-after') ?? '';
  const found = bucket.keys({ prefix, after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const isTruncated = found.length > limit;
  const body = renderXml({
    ListBucketResult: {
      Name: name, Prefix: prefix, KeyCount: page.length, MaxKeys: limit, IsTruncated: isTruncated,
      NextContinuationToken: isTruncated ? page.at(-1)?.key : undefined,
      Contents: page.map((version) => ({ Key: version.key, LastModified: new Date(version.putAtMs).toISOString(), ETag: etagOf(version), Size: version.bytes, StorageClass: 'STANDARD' })),
    },
  }, XML_NAMESPACE);
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}
