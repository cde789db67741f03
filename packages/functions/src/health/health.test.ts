// Health over a real way to the table whose own endpoint takes connections and then says nothing.
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { httpEvent } from '../shared/test-support/bench.ts';
import { build } from './health.lambda.ts';

async function endpointOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const epochItem = {
  pk: { S: 'EPOCH' }, v: { N: '1' }, epoch: { N: '1' }, active_region: { S: 'us-east-1' }, phase: { S: 'open' }, kind: { S: 'planned' },
  run_id: { S: 'installation' }, ledger_epoch: { N: '1' }, reason: { S: 'first start' }, by: { S: 'installation' }, at: { N: '1' },
};

/** As much of DynamoDB as health uses: a write that succeeds, and the epoch record. */
const answering: RequestListener = (request, response) => {
  request.resume();
  const read = String(request.headers['x-amz-target']).endsWith('.GetItem');
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.end(JSON.stringify(read ? { Item: epochItem } : {}));
};

test('health: the own endpoint of the table takes requests and never answers -> healthy by way of the other one, at every check', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const handler = build({
    REGION: 'us-east-1', JOURNAL_TABLE: 'journal', TIMINGS: '{"healthCacheMs":0}',
    DYNAMODB_ENDPOINT: await endpointOf((request) => request.resume()), DYNAMODB_PEER_ENDPOINT: await endpointOf(answering),
  });
  expect((await handler(httpEvent('GET /health', { authorization: null }))).statusCode).toBe(200);
  expect((await handler(httpEvent('GET /health', { authorization: null }))).statusCode).toBe(200);
});
