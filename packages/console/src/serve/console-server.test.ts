// The console without a twin: who is answered, and what is no path of it.
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeskRequest } from '../desk/answer.ts';
import { serveConsole } from './console-server.ts';
import type { ConsoleServer } from './console-server.ts';

const asked: DeskRequest[] = [];
let server: ConsoleServer;
beforeAll(async () => {
  const desk = (order: DeskRequest) => {
    if (order.path !== '/desk/about') return Promise.resolve(undefined);
    asked.push(order);
    return Promise.resolve({ status: 200, body: { of: 'deployment' } });
  };
  server = await serveConsole({ desk, port: 0, onFault: () => {} });
});
afterAll(() => server.close());

interface Given {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function statusOf(path: string, { method = 'GET', headers = {}, body }: Given = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, server.url), { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.once('error', reject);
    call.end(body);
  });
}

test.each(['/', '/payments', '/assets/index.js', '/desk/about', '/twin/events'])('console: %s by a name that is not ours, or by another page -> 403, and the desk is not asked', async (path) => {
  asked.length = 0;
  expect(await statusOf(path, { headers: { host: 'evil.example' } })).toBe(403);
  expect(await statusOf(path, { headers: { origin: 'https://evil.example' } })).toBe(403);
  expect(asked).toEqual([]);
});

test.each(['/twin/state', '/twin/events', '/assets/nothing.js', '/assets/..%2f..%2fpackage.json', '/desk/nothing'])('console: %s, which it does not have -> 404 and no page', async (path) => {
  expect(await statusOf(path)).toBe(404);
});

test('console: a body that is no object, or too large -> refused, and the desk is not asked', async () => {
  asked.length = 0;
  for (const body of ['[]', '{oops', JSON.stringify({ reason: 'x'.repeat(70_000) })]) expect(await statusOf('/desk/about', { method: 'POST', body })).toBe(400);
  expect(await statusOf('/desk/about', { method: 'DELETE' })).toBe(405);
  expect(asked).toEqual([]);
  expect(await statusOf('/desk/about', { method: 'POST', body: '{"a":1}' })).toBe(200);
  expect(asked).toMatchObject([{ method: 'POST', body: { a: 1 } }]);
});
