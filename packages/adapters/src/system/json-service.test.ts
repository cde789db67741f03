// Asking AWS without its SDK: the SDK itself says what is to be on the wire, and how it is signed.
import { createHash, createHmac } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { classify } from '../dynamodb/faults.ts';
import { JsonService, ServiceError } from './json-service.ts';
import type { Operations } from './json-service.ts';
import { startServer } from './test-support/servers.ts';
import type { Answer, Heard } from './test-support/servers.ts';
import { garbage, silences } from './test-support/trouble.ts';

type Anything = Operations & Readonly<Record<string, { readonly input: object; readonly output: object }>>;

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: 'a+token/==' };
const limits = { connectMs: 1000, totalMs: 2000 };
const ok: Answer = { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' };

async function serve(answer: (heard: Heard) => Answer | 'lost' = () => ok): Promise<{ readonly url: string; readonly heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = await startServer((one) => {
    heard.push(one);
    return answer(one);
  });
  onTestFinished(() => server.close());
  return { url: server.url, heard };
}

function service(name: 'dynamodb' | 'sqs' | 'states', endpoint: string): JsonService<Anything> {
  const made = new JsonService<Anything>(name, { region: 'us-east-2', endpoint, credentials }, limits);
  onTestFinished(() => made.close());
  return made;
}

const Key = { pk: { S: 'P#m#é' } };
const QueueUrl = 'http://queues.example/1/q';
const condition = { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/** Each operation that is used, as it is used, and the SDK's command for it. */
const cases: readonly (readonly ['dynamodb' | 'sqs' | 'states', string, object, new (input: never) => unknown])[] = [
  ['dynamodb', 'GetItem', { TableName: 't', Key, ConsistentRead: true }, GetItemCommand],
  ['dynamodb', 'PutItem', { TableName: 't', Item: { ...Key, n: { N: '12345678901234567890' }, t: { BOOL: true }, s: { SS: ['a', 'b'] }, m: { M: { l: { L: [{ NULL: true }] } } } }, ...condition }, PutItemCommand],
  ['dynamodb', 'UpdateItem', { TableName: 't', Key, UpdateExpression: 'SET #a = :a', ExpressionAttributeNames: { '#a': 'a' }, ExpressionAttributeValues: { ':a': { N: '1' } }, ReturnValues: 'ALL_NEW' }, UpdateItemCommand],
  ['dynamodb', 'DeleteItem', { TableName: 't', Key, ConditionExpression: 'a < :a', ExpressionAttributeValues: { ':a': { N: '1' } } }, DeleteItemCommand],
  ['dynamodb', 'Query', { TableName: 't', IndexName: 'i', KeyConditionExpression: 'w = :w', ExpressionAttributeValues: { ':w': { S: '1' } }, Limit: 5, ExclusiveStartKey: Key }, QueryCommand],
  ['dynamodb', 'Scan', { TableName: 't', ConsistentRead: true, Segment: 0, TotalSegments: 2 }, ScanCommand],
  ['sqs', 'SendMessage', { QueueUrl, MessageBody: '{"é":1}' }, SendMessageCommand],
  ['sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60, WaitTimeSeconds: 0, MessageSystemAttributeNames: ['SentTimestamp'] }, ReceiveMessageCommand],
  ['sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: 'r' }, DeleteMessageCommand],
  ['sqs', 'ChangeMessageVisibility', { QueueUrl, ReceiptHandle: 'r', VisibilityTimeout: 0 }, ChangeMessageVisibilityCommand],
  ['states', 'StartExecution', { stateMachineArn: 'arn:aws:states:us-east-2:1:stateMachine:m', name: 'n', input: '{}' }, StartExecutionCommand],
];

const clients = { dynamodb: DynamoDBClient, sqs: SQSClient, states: SFNClient };

/** What a service reads of a request. */
const read = ({ method, path, headers, body }: Heard): object =>
  ({ method, path, host: headers.host, type: headers['content-type'], target: headers['x-amz-target'], token: headers['x-amz-security-token'], body: JSON.parse(body) as unknown });

test.each(cases)('json service: %s %s -> the request that the SDK makes', async (name, operation, input, Command) => {
  const { url, heard } = await serve();
  await service(name, url).call(operation, input);
  const client = new clients[name]({ region: 'us-east-2', endpoint: url, credentials, maxAttempts: 1 }) as { send(command: unknown): Promise<unknown>; destroy(): void };
  // The answer is empty, which it takes amiss where it looks for a checksum.
  await client.send(new Command(input as never)).catch((error: unknown) => expect(String(error)).toContain('InvalidChecksumError'));
  client.destroy();
  expect(heard).toHaveLength(2);
  expect(heard.map(read)[0]).toEqual(heard.map(read)[1]);
});

class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  constructor(key?: string | Uint8Array) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  reset(): void {
    throw new Error('is used once');
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

test.each([['with a session', credentials], ['without one', { accessKeyId: 'AK', secretAccessKey: 'SK' }]])('json service: signed %s -> the signature of AWS\'s own signer', async (_what, signing) => {
  const { url, heard } = await serve();
  const made = new JsonService<Anything>('dynamodb', { region: 'us-east-2', endpoint: url, credentials: signing }, limits);
  await made.call('PutItem', { TableName: 't', Item: { pk: { S: 'é' } } });
  made.close();
  const [one] = heard;
  const time = String(one?.headers['x-amz-date']);
  const signed = /SignedHeaders=([^,]+)/.exec(String(one?.headers.authorization))?.[1]?.split(';') ?? [];
  const signer = new SignatureV4({ region: 'us-east-2', service: 'dynamodb', credentials: signing, sha256: Sha256 as never, applyChecksum: false });
  const { headers } = await signer.sign(
    { method: 'POST', protocol: 'http:', hostname: new URL(url).hostname, path: '/', query: {}, headers: Object.fromEntries(signed.map((header) => [header, String(one?.headers[header])])), body: one?.body },
    { signingDate: new Date(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) },
  );
  expect(signed).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-target', ...('sessionToken' in signing ? ['x-amz-security-token'] : [])]));
  expect(one?.headers.authorization).toBe(headers['authorization']);
});

test('json service: no credentials given -> those of the environment', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'FROMENVIRONMENT');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { url, heard } = await serve();
  const made = new JsonService<Anything>('sqs', { region: 'us-east-2', endpoint: url }, limits);
  await made.call('SendMessage', {});
  made.close();
  expect(heard[0]?.headers.authorization).toContain('Credential=FROMENVIRONMENT/');
});

test('json service: calls one after the other -> one connection', async () => {
  const { url, heard } = await serve();
  const made = service('dynamodb', url);
  for (let n = 0; n < 3; n += 1) await made.call('GetItem', {});
  expect(new Set(heard.map(({ fromPort }) => fromPort)).size).toBe(1);
});

describe('json service: it does not say yes', () => {
  const refusalOf = async (answer: Answer): Promise<unknown> => {
    const { url } = await serve(() => answer);
    return service('dynamodb', url).call('GetItem', {}).then(() => 'answered', (error: unknown) => error);
  };

  test.each<[string, number, object, string, string]>([
    ['a refused condition', 400, { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'no', Item: Key }, 'ConditionalCheckFailedException', 'answer'],
    ['throttling', 400, { __type: 'ThrottlingException', Message: 'slower' }, 'ThrottlingException', 'busy'],
    ['a mistake of its own', 500, { __type: 'com.amazon.coral.service#InternalServerError' }, 'InternalServerError', 'endpoint'],
    ['an error without a name', 503, {}, 'UnknownError', 'endpoint'],
  ])('%s -> an error with its code, its status and all it said', async (_what, status, said, name, means) => {
    const error = await refusalOf({ status, body: JSON.stringify(said) });
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status }, answer: said });
    expect(classify(error)).toBe(means);
  });

  test.each([...silences, ...garbage])('$name -> an error, never an answer', async ({ name, start }) => {
    const server = await start();
    onTestFinished(() => server.close());
    const error: unknown = await service('dynamodb', server.url).call('GetItem', {}).then(() => 'answered', (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(classify(error)).toBe(/status 404/.test(name) ? 'refused' : 'endpoint');
    expect(String(error)).not.toContain('4111');
  });

  test('a whole page of a table, and an answer that never ends -> read, and refused', async () => {
    const page = { Items: Array.from({ length: 1000 }, () => ({ pk: { S: 'x'.repeat(2000) } })) };
    const { url } = await serve(({ body }) => ({ status: 200, body: body === '{}' ? JSON.stringify(page) : `{"a":"${'x'.repeat(17 * 2 ** 20)}"}` }));
    const made = service('dynamodb', url);
    expect(await made.call('Scan', {})).toEqual(page);
    await expect(made.call('Scan', { more: true })).rejects.toThrow('too-large');
  });
});
