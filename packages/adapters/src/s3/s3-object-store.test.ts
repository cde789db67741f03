// What is particular to S3's answers, and every way in which there is none. The contract of the port is run over a real
// bucket's stand-in, in the twin.
import { expect, it } from 'vitest';
import { isPortFault } from '@understudy/core';
import type { ObjectStore } from '@understudy/core';
import { testCredentials, xml } from '../system/test-support/aws.ts';
import { startServer } from '../system/test-support/servers.ts';
import type { Answer, Heard } from '../system/test-support/servers.ts';
import { garbage, silences } from '../system/test-support/trouble.ts';
import { createS3ObjectStore } from './index.ts';

const bucketAt = (endpoint: string): ObjectStore =>
  createS3ObjectStore({ bucket: 'documents', endpoint, region: 'us-east-2', credentials: testCredentials, limits: { connectMs: 300, totalMs: 800 } });
const object = { key: 'a/b.csv', body: 'é1\r\n', contentType: 'text/csv' };
const calls: Readonly<Record<string, (bucket: ObjectStore) => Promise<unknown>>> = {
  put: (bucket) => bucket.putIfAbsent(object), get: (bucket) => bucket.get('a'), has: (bucket) => bucket.has('a'), list: (bucket) => bucket.list({ prefix: '' }),
};
const failure = (status: number, code: string): Answer => xml(status, `<Error><Code>${code}</Code><Message>no</Message></Error>`);
const faultOf = (call: Promise<unknown>): Promise<unknown> => call.then((value) => ({ value }), (error: unknown) => error);

it('put -> one PUT of exactly these bytes, only if nothing is there', async () => {
  const heard: Heard[] = [];
  const server = await startServer((one) => {
    heard.push(one);
    return { status: 200, body: '' };
  });
  expect(await bucketAt(server.url).putIfAbsent(object)).toBe('put');
  expect(heard).toMatchObject([{ method: 'PUT', body: object.body, headers: { 'if-none-match': '*', 'content-type': 'text/csv', 'content-length': '5', 'x-amz-checksum-crc32': expect.any(String) } }]);
  expect(heard[0]?.path).toMatch(/^\/documents\/a\/b\.csv(\?|$)/);
  expect(heard[0]?.headers['content-encoding']).toBeUndefined();
  await server.close();
});

it.each([
  ['412 PreconditionFailed', 412, 'PreconditionFailed', { value: 'exists' }],
  ['409 ConditionalRequestConflict', 409, 'ConditionalRequestConflict', { retryable: true }],
  ['403 AccessDenied', 403, 'AccessDenied', { retryable: false }],
  ['404 NoSuchBucket', 404, 'NoSuchBucket', { retryable: false }],
  ['503 SlowDown', 503, 'SlowDown', { retryable: true }],
])('put, answered with %s -> known for what it is', async (_what, status, code, outcome) => {
  const server = await startServer(() => failure(status, code));
  expect(await faultOf(bucketAt(server.url).putIfAbsent(object))).toMatchObject(outcome);
  await server.close();
});

it('get: no such bucket -> a fault, not an absent object', async () => {
  const server = await startServer(() => failure(404, 'NoSuchBucket'));
  expect(await faultOf(bucketAt(server.url).get('a'))).toSatisfy(isPortFault);
  await server.close();
});

it('get: bytes that differ from their checksum -> a fault', async () => {
  const server = await startServer(() => ({ status: 200, headers: { 'x-amz-checksum-crc32': 'AAAAAA==' }, body: 'changed on the way' }));
  expect(await faultOf(bucketAt(server.url).get('a'))).toSatisfy(isPortFault);
  await server.close();
});

/** The head of an answer is all that `has` waits for. */
const bodyOnly = ['a reset within the answer', 'an answer that stalls within its body'];
const asked = Object.entries(calls).flatMap(([name, call]) => silences.filter((trouble) => name !== 'has' || !bodyOnly.includes(trouble.name)).map((trouble) => ({ name, call, trouble })));
it.each(asked)('$name: $trouble.name -> a retryable fault of port bucket within its limit', async ({ call, trouble }) => {
  const server = await trouble.start();
  const before = performance.now();
  expect(await faultOf(call(bucketAt(server.url)))).toMatchObject({ name: 'PortFault', port: 'bucket', retryable: true });
  expect(performance.now() - before).toBeLessThan(5000);
  await server.close();
});

it.each(garbage.filter(({ name }) => name !== 'a page with status 404'))('list: $name -> a fault', async ({ start }) => {
  const server = await start();
  expect(await faultOf(bucketAt(server.url).list({ prefix: '' }))).toSatisfy(isPortFault);
  await server.close();
});
