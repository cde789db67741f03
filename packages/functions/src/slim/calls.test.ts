// The clients of the bundles against the whole ones, on the wire: what is left out must not be seen from outside.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BuildOptions } from 'esbuild';
import { expect, test } from 'vitest';
import { load } from './load.test-support.ts';
import { slim } from './slim.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What differs from call to call, or tells AWS which version of a client asked; and how often it may still be repeated. */
const passing: ReadonlySet<string> = new Set(['host', 'x-amz-date', 'x-amz-user-agent', 'user-agent', 'authorization', 'amz-sdk-invocation-id', 'amz-sdk-request', 'x-amzn-trace-id', 'connection']);

/** One call of each kind that the adapters make. */
const CALLS = `
  import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
  import { PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
  import { DescribeGlobalClustersCommand, FailoverGlobalClusterCommand, RDSClient, SwitchoverGlobalClusterCommand } from '@aws-sdk/client-rds';
  export async function callAll(endpoint) {
    const options = { region: 'us-east-1', endpoint, maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' } };
    const [bucket, topic, cluster] = [new S3Client({ ...options, forcePathStyle: true }), new SNSClient(options), new RDSClient(options)];
    const calls = [
      () => bucket.send(new PutObjectCommand({ Bucket: 'plain', Key: 'a b/c', Body: '{"é":1}', ContentType: 'application/json', IfNoneMatch: '*', Metadata: { of: 'x' } })),
      () => bucket.send(new GetObjectCommand({ Bucket: 'plain', Key: 'a b/c' })).then(async (found) => found.Body?.transformToString()),
      () => bucket.send(new HeadObjectCommand({ Bucket: 'plain', Key: 'a b/c' })),
      () => bucket.send(new ListObjectsV2Command({ Bucket: 'plain', Prefix: 'a b/', MaxKeys: 10 })),
      () => topic.send(new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:1:t', Subject: 's', Message: 'é & <b>', MessageAttributes: { a: { DataType: 'String', StringValue: 'v' } } })),
      () => topic.send(new PublishBatchCommand({ TopicArn: 'arn:aws:sns:us-east-1:1:t', PublishBatchRequestEntries: [{ Id: '1', Message: 'm' }] })),
      () => cluster.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: 'g' })),
      () => cluster.send(new FailoverGlobalClusterCommand({ GlobalClusterIdentifier: 'g', TargetDbClusterIdentifier: 't', AllowDataLoss: true })),
      () => cluster.send(new SwitchoverGlobalClusterCommand({ GlobalClusterIdentifier: 'g', TargetDbClusterIdentifier: 't' })),
    ];
    const results = [];
    for (const call of calls) results.push(await call().then((output) => JSON.stringify(output, (key, value) => (key === '$metadata' ? value.httpStatusCode : value)), (error) => error.name + ': ' + error.message));
    return results;
  }`;

/** Says yes in the words of each protocol. */
const answerTo = ({ method, url = '' }: Asked): { readonly type: string; readonly body: string } => {
  if (url.includes('list-type=2')) return { type: 'application/xml', body: '<?xml version="1.0"?><ListBucketResult><Name>plain</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated><Contents><Key>a b/c &amp; d</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>3</Size></Contents></ListBucketResult>' };
  if (url.startsWith('/plain/')) return { type: 'application/json', body: method === 'GET' ? 'bytes é' : '' };
  return {
    type: 'text/xml',
    body: '<R><PublishResult><MessageId>i</MessageId></PublishResult><PublishBatchResult><Successful><member><Id>1</Id><MessageId>i</MessageId></member></Successful><Failed/></PublishBatchResult><DescribeGlobalClustersResult><GlobalClusters><GlobalClusterMember><GlobalClusterIdentifier>g</GlobalClusterIdentifier><Status>available</Status><GlobalClusterMembers><GlobalClusterMember><DBClusterArn>arn</DBClusterArn><IsWriter>true</IsWriter></GlobalClusterMember></GlobalClusterMembers></GlobalClusterMember></GlobalClusters></DescribeGlobalClustersResult></R>',
  };
};

test('slim: one call of each kind that the adapters make -> asks with the same words as the whole clients, and reads the same in the answer', async () => {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !passing.has(name)).map(([name, value]) => [name, String(value)]));
      const one = { method: request.method, url: request.url, headers, body: Buffer.concat(chunks).toString() };
      asked.push(one);
      const { type, body } = answerTo(one);
      response.writeHead(200, { 'content-type': type, 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT', 'content-length': Buffer.byteLength(body) }).end(body);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = async (name: string, plugins: NonNullable<BuildOptions['plugins']>): Promise<{ readonly asked: readonly Asked[]; readonly read: readonly string[] }> => {
    asked.length = 0;
    const { callAll } = await load(name, CALLS, plugins);
    const read = await (callAll as (at: string) => Promise<readonly string[]>)(endpoint);
    return { asked: [...asked], read };
  };
  const whole = await run('calls-whole', []);
  const slimmed = await run('calls-slim', [slim]);
  server.close();
  expect(whole.asked).toHaveLength(9);
  expect(whole.read.filter((result) => !result.startsWith('{') && result !== '"bytes é"')).toEqual([]);
  expect(slimmed).toEqual(whole);
});
