// How a move is started in a deployment: which region is asked, and with what.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { epochOf } from '@understudy/core';
import type { MoveRequest } from '@understudy/core';
import { afterEach, expect, test } from 'vitest';
import type { Addresses } from './addresses.ts';
import { Connections } from './connections.ts';

const request: MoveRequest = { to: 'us-east-2', kind: 'failover', runId: 'failover-2-us-east-2-by-hand', fromEpoch: epochOf(1), by: 'me', reason: 'why' };
const arn = (region: string) => `arn:aws:states:${region}:123456789012:stateMachine:understudy-move-dev`;
const nowhere = { host: '127.0.0.1', port: 9, user: 'u', database: 'd' };
const bare: Addresses = {
  table: { name: 'understudy-journal-dev' }, queues: [], ledgers: { 'us-east-1': nowhere, 'us-east-2': nowhere },
  acquirers: { live: { url: 'http://127.0.0.1:9' }, test: { url: 'http://127.0.0.1:9' } }, credentials: { accessKeyId: 'a', secretAccessKey: 's' }, paymentPolicy: {},
};

let close: (() => void) | undefined;
afterEach(() => close?.());

async function workflowService(heard: string[]): Promise<string> {
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (text: Buffer) => (body += text.toString()));
    incoming.on('end', () => {
      heard.push(body);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ executionArn: 'arn:x', startDate: 1 }));
    });
  });
  close = () => void server.close();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('connections: a move in a deployment whose other region is lost -> one execution in the region that takes over', async () => {
  const heard: string[] = [];
  const endpoint = await workflowService(heard);
  const workflows = { 'us-east-1': { stateMachineArn: arn('us-east-1'), endpoint: 'http://127.0.0.1:9' }, 'us-east-2': { stateMachineArn: arn('us-east-2'), endpoint } };
  expect(await new Connections({ ...bare, workflows }).starter('us-east-2')(request)).toEqual(request);
  expect(heard).toHaveLength(1);
  const sent = JSON.parse(heard[0] ?? '') as { readonly stateMachineArn: string; readonly input: string };
  expect(sent.stateMachineArn).toBe(arn('us-east-2'));
  expect(JSON.parse(sent.input)).toEqual(request);
});

test('connections: addresses without workflows -> refused with what to add', () => {
  expect(() => new Connections(bare).starter('us-east-2')).toThrow(/workflows.*docs\/deploy\.md/);
});
