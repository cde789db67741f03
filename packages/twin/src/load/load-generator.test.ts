// The load generator, its process included, against a door that answers.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LoadGenerator } from './load-generator.ts';

const folder = mkdtempSync(join(tmpdir(), 'understudy-load-'));
let asked = 0;
const keys = new Set<string | undefined>();
const door = createServer((request, response) => {
  asked += 1;
  keys.add(request.headers.authorization);
  request.resume().once('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end('{"region":"us-east-1"}'));
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => void door.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
});
afterAll(() => {
  door.closeAllConnections();
  door.close();
  rmSync(folder, { recursive: true, force: true });
});

test('load generator: never ordered -> nothing is sent; ordered -> payments under the key; stopped -> none any more', async () => {
  const load = new LoadGenerator(join(folder, 'load.log'));
  const traffic = { api: url, regions: { 'us-east-1': url, 'us-east-2': url }, apiKey: 'a-key' };
  expect(load.state()).toMatchObject({ ratePerSecond: 0 });
  await load.order({ ratePerSecond: 100, clients: ['dns-only', 'library'] }, traffic);
  await vi.waitFor(() => expect(load.state().tally?.accepted).toBeGreaterThan(20), { timeout: 20_000 });
  expect([...keys]).toEqual(['Bearer a-key']);
  expect(await load.order({ ratePerSecond: 0 }, traffic)).toMatchObject({ ratePerSecond: 0 });
  // The process is gone when the stop is answered; what it had sent before may still arrive.
  door.closeAllConnections();
  const stoppedAt = asked;
  await load.close();
  expect(asked).toBe(stoppedAt);
});
