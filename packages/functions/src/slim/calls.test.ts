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
  import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
  import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
  import { PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
  import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
  import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
  import { DescribeGlobalClustersCommand, FailoverGlobalClusterCommand, RDSClient, SwitchoverGlobalClusterCommand } from '@aws-sdk/client-rds';
  const Key = { pk: { S: 'P#m#1' } };
  export async function callAll(endpoint) {
    const options = { region: 'us-east-1', endpoint, maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' } };
    const [table, bucket, topic, queue, workflow, cluster] = [new DynamoDBClient(options), new S3Client({ ...options, forcePathStyle: true }), new SNSClient(options), new SQSClient(options), new SFNClient(options), new RDSClient(options)];
    const calls = [
      () => table.send(new GetItemCommand({ TableName: 't', Key, ConsistentRead: true })),
      () => table.send(new PutItemCommand({ TableName: 't', Item: { ...Key, n: { N: '1' }, m: { M: { l: { L: [{ BOOL: true }, { NULL: true }, { B: new Uint8Array([1, 2]) }] } } } }, ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })),
      () => table.send(new UpdateItemCommand({ TableName: 't', Key, UpdateExpression: 'SET a = :a', ExpressionAttributeValues: { ':a': { S: 'é' } } })),
      () => table.send(new QueryCommand({ TableName: 't', IndexName: 'i', KeyConditionExpression: 'w = :w', ExpressionAttributeValues: { ':w': { S: '1' } }, Limit: 5 })),
      () => table.send(new ScanCommand({ TableName: 't', ConsistentRead: true, Segment: 0, TotalSegments: 2 })),
      () => bucket.send(new PutObjectCommand({ Bucket: 'plain', Key: 'a b/c', Body: '{"é":1}', ContentType: 'application/json', IfNoneMatch: '*', Metadata: { of: 'x' } })),
      () => bucket.send(new GetObjectCommand({ Bucket: 'plain', Key: 'a b/c' })).then(async (found) => found.Body?.transformToString()),
      () => bucket.send(new HeadObjectCommand({ Bucket: 'plain', Key: 'a b/c' })),
      () => bucket.send(new ListObjectsV2Command({ Bucket: 'plain', Prefix: 'a b/', MaxKeys: 10 })),
      () => topic.send(new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:1:t', Subject: 's', Message: 'é & <b>', MessageAttributes: { a: { DataType: 'String', StringValue: 'v' } } })),
      () => topic.send(new PublishBatchCommand({ TopicArn: 'arn:aws:sns:us-east-1:1:t', PublishBatchRequestEntries: [{ Id: '1', Message: 'm' }] })),
      () => queue.send(new SendMessageCommand({ QueueUrl: endpoint + '/1/q', MessageBody: 'm', DelaySeconds: 1 })),
      () => workflow.send(new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:us-east-1:1:stateMachine:m', name: 'n', input: '{}' })),
      () => cluster.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: 'g' })),
      () => cluster.send(new FailoverGlobalClusterCommand({ GlobalClusterIdentifier: 'g', TargetDbClusterIdentifier: 't', AllowDataLoss: true })),
      () => cluster.send(new SwitchoverGlobalClusterCommand({ GlobalClusterIdentifier: 'g', TargetDbClusterIdentifier: 't' })),
    ];
    const results = [];
    for (const call of calls) results.push(await call().then((output) => JSON.stringify(output, (key, value) => (key === '$metadata' ? value.httpStatusCode : value)), (error) => error.name + ': ' + error.message));
    return results;
  }`;

/** Says yes in the words of each protocol. */
const answerTo = ({ method, url = '', headers }: Asked): { readonly type: string; readonly body: string } => {
  const target = headers['x-amz-target'] ?? '';
  if (target.startsWith('DynamoDB')) return { type: 'application/x-amz-json-1.0', body: JSON.stringify({ Item: { pk: { S: 'é' }, n: { N: '1' } }, Items: [{ pk: { S: '1' } }], Count: 1, ScannedCount: 1, LastEvaluatedKey: { pk: { S: '1' } } }) };
  if (target.startsWith('AmazonSQS')) return { type: 'application/x-amz-json-1.0', body: JSON.stringify({ MessageId: 'i', MD5OfMessageBody: '6f8f57715090da2632453988d9a1501b' }) };
  if (target !== '') return { type: 'application/x-amz-json-1.0', body: JSON.stringify({ executionArn: 'e', startDate: 1_767_225_600.5 }) };
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
  expect(whole.asked).toHaveLength(16);
  expect(whole.read.filter((result) => !result.startsWith('{') && result !== '"bytes é"')).toEqual([]);
  expect(slimmed).toEqual(whole);
});
