// The stand-in for API Gateway over real sockets: routing, limits, and what a function is given.
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createApiGateway } from './api-gateway.ts';
import type { ApiGateway, ProxyResult } from './api-gateway.ts';

let gateway: ApiGateway | undefined;
afterEach(() => gateway?.close());

const ok = (body: object = {}): ProxyResult => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function serve(invoke: (name: string, event: Record<string, unknown>) => Promise<unknown>): Promise<string> {
  gateway = createApiGateway({
    routes: [
      { method: 'POST', path: '/payments', functionName: 'accept' },
      { method: 'GET', path: '/payments/{transaction_id}', functionName: 'read' },
      { method: 'GET', path: '/health', functionName: 'health' },
    ],
    invoke: (name, event) => invoke(name, event as Record<string, unknown>),
    onFault: () => undefined,
  });
  return `http://127.0.0.1:${await gateway.listen()}`;
}

test('gateway: a request -> the function of its route, with a proxy event', async () => {
  const url = await serve(async (name, event) => ok({ name, event }));
  const answer = await (await fetch(`${url}/payments/a%20b?x=1`, { headers: { authorization: 'Bearer k' } })).json();
  expect(answer).toMatchObject({ name: 'read', event: { httpMethod: 'GET', resource: '/payments/{transaction_id}', pathParameters: { transaction_id: 'a b' }, queryStringParameters: { x: '1' }, body: null, headers: { authorization: 'Bearer k' } } });
});

test.each([
  ['GET', '/nowhere', 404, 'not_found'],
  ['DELETE', '/payments', 405, 'method_not_allowed'],
  ['GET', '/payments/%E0%A4%A', 400, 'invalid_request'],
])('gateway: %s %s -> %i', async (method, path, status, code) => {
  const url = await serve(async () => ok());
  const answer = await fetch(url + path, { method });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ code, error: expect.any(String) });
});

test('gateway: a body of 100 KiB, also without a length -> 413, the function is not called', async () => {
  let calls = 0;
  const url = await serve(async () => { calls += 1; return ok(); });
  expect((await fetch(`${url}/payments`, { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(413);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(10_000))) });
  const answer = await fetch(`${url}/payments`, { method: 'POST', body: endless, duplex: 'half' } as RequestInit).then((response) => response.status, () => 'closed');
  expect([413, 'closed']).toContain(answer);
  expect(calls).toBe(0);
});

test('gateway: a function that fails, or answers nonsense -> 503: the outcome is unknown', async () => {
  for (const invoke of [() => Promise.reject(new Error('boom')), async () => 'nonsense']) {
    const url = await serve(invoke);
    const answer = await fetch(`${url}/payments`, { method: 'POST', body: '{}' });
    expect([answer.status, answer.headers.get('retry-after'), ((await answer.json()) as { code: string }).code]).toEqual([503, '1', 'unavailable']);
    await gateway?.close();
  }
});

test('gateway: too many at once -> 429 for the surplus, health still answers, and all is well afterwards', async () => {
  const release = Promise.withResolvers<void>();
  const url = await serve(async (name) => {
    if (name === 'accept') await release.promise;
    return ok();
  });
  const calls = Array.from({ length: 450 }, () => fetch(`${url}/payments`, { method: 'POST', body: '{}' }).then((answer) => answer.status));
  const refused = await Promise.race(calls);
  expect(refused).toBe(429);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  release.resolve();
  const statuses = await Promise.all(calls);
  expect(statuses.filter((status) => status === 200)).toHaveLength(400);
  expect((await fetch(`${url}/payments`, { method: 'POST', body: '{}' })).status).toBe(200);
});

test('gateway: a client that stops within its headers -> closed, others are served', async () => {
  const url = await serve(async () => ok());
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /payments HTTP/1.1\r\nhost: x\r\n');
  expect((await fetch(`${url}/health`)).status).toBe(200);
  socket.destroy();
});
