// The stand-in for API Gateway over real sockets: routing, limits, and what a function is given.
import { connect } from 'node:net';
import { usageKeys } from '@understudy/functions/manifest';
import { afterEach, expect, test } from 'vitest';
import { createApiGateway } from './api-gateway.ts';
import type { ApiGateway, ApiGatewayOptions, ProxyResult } from './api-gateway.ts';

let gateway: ApiGateway | undefined;
afterEach(() => gateway?.close());

const ok = (body: object = {}): ProxyResult => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

type Invoke = (name: string, event: Record<string, unknown>) => Promise<unknown>;

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const allowed = bearer('m0');

/** Allows the key `m0` as the merchant of the first usage key, and so on. */
const authorize: Invoke = async (_name, { headers, methodArn }) => {
  const merchant = /^Bearer m(\d+)$/.exec((headers as Record<string, string>)['authorization'] ?? '')?.[1];
  if (merchant === undefined) throw new Error('Unauthorized');
  return { ...answerOf(Number(merchant)), policyDocument: policy('Allow', String(methodArn).replace(/prod.*/, 'prod/*')) };
};
const policy = (Effect: string, Resource: string) => ({ Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] });
const answerOf = (merchant: number) => ({ principalId: `key_${merchant}`, context: { merchant_id: `m${merchant}`, live: false }, usageIdentifierKey: usageKeys[merchant] });

async function serve(invoke: Invoke, options: { readonly authorize?: Invoke; readonly limits?: ApiGatewayOptions['limits'] } = {}): Promise<string> {
  gateway = createApiGateway({
    routes: [
      { method: 'POST', path: '/payments', functionName: 'accept', isOpen: false },
      { method: 'GET', path: '/payments/{transaction_id}', functionName: 'read', isOpen: false },
      { method: 'GET', path: '/openapi.json', functionName: 'read', isOpen: true },
      { method: 'GET', path: '/health', functionName: 'health', isOpen: true },
    ],
    authorizer: 'authorize',
    invoke: (name, event) => (name === 'authorize' ? (options.authorize ?? authorize) : invoke)(name, event as Record<string, unknown>),
    onFault: () => undefined,
    ...(options.limits && { limits: options.limits }),
  });
  return `http://127.0.0.1:${await gateway.listen()}`;
}

test('gateway: a request -> the function of its route, with a proxy event', async () => {
  const url = await serve(async (name, event) => ok({ name, event }));
  const answer = await (await fetch(`${url}/payments/a%20b?x=1`, allowed)).json();
  expect(answer).toMatchObject({ name: 'read', event: { httpMethod: 'GET', resource: '/payments/{transaction_id}', pathParameters: { transaction_id: 'a%20b' }, queryStringParameters: { x: '1' }, body: null, headers: { authorization: 'Bearer m0' }, requestContext: { authorizer: { principalId: 'key_0', merchant_id: 'm0', live: 'false' } } } });
});

test.each([
  ['GET', '/nowhere', 404, 'not_found'],
  ['DELETE', '/payments', 405, 'method_not_allowed'],
])('gateway: %s %s -> %i', async (method, path, status, code) => {
  const url = await serve(async () => ok());
  const answer = await fetch(url + path, { method, ...allowed });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ code, error: expect.any(String) });
});

test('gateway: a body of 100 KiB, also without a length -> 413, the function is not called', async () => {
  let calls = 0;
  const url = await serve(async () => { calls += 1; return ok(); });
  expect((await fetch(`${url}/payments`, { method: 'POST', body: 'x'.repeat(100_000), ...allowed })).status).toBe(413);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(10_000))) });
  const answer = await fetch(`${url}/payments`, { method: 'POST', body: endless, duplex: 'half', ...allowed } as RequestInit).then((response) => response.status, () => 'closed');
  expect([413, 'closed']).toContain(answer);
  expect(calls).toBe(0);
});

test('gateway: a function that fails, or answers nonsense -> 503: the outcome is unknown', async () => {
  for (const invoke of [() => Promise.reject(new Error('boom')), async () => 'nonsense']) {
    const url = await serve(invoke);
    const answer = await fetch(`${url}/payments`, { method: 'POST', body: '{}', ...allowed });
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
  const calls = Array.from({ length: 450 }, () => fetch(`${url}/payments`, { method: 'POST', body: '{}', ...allowed }).then((answer) => answer.status));
  const refused = await Promise.race(calls);
  expect(refused).toBe(429);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  release.resolve();
  const statuses = await Promise.all(calls);
  expect(statuses.filter((status) => status === 200)).toHaveLength(400);
  expect((await fetch(`${url}/payments`, { method: 'POST', body: '{}', ...allowed })).status).toBe(200);
});

test('gateway: a client that stops within its headers -> closed, others are served', async () => {
  const url = await serve(async () => ok());
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /payments HTTP/1.1\r\nhost: x\r\n');
  expect((await fetch(`${url}/health`)).status).toBe(200);
  socket.destroy();
});

test('gateway: no key, or one that the authorizer refuses -> 401, and no function is called; open routes need none', async () => {
  let calls = 0;
  const url = await serve(async () => { calls += 1; return ok(); });
  for (const request of [{}, bearer('nobody'), { headers: { authorization: '' } }]) {
    const answer = await fetch(`${url}/payments`, { method: 'POST', ...request });
    expect([answer.status, answer.headers.get('www-authenticate') !== null, ((await answer.json()) as { code: string }).code]).toEqual([401, true, 'unauthorized']);
  }
  expect(calls).toBe(0);
  for (const path of ['/health', '/openapi.json']) expect((await fetch(url + path)).status).toBe(200);
});

test.each<[string, number, string, Invoke]>([
  ['fails', 503, 'unavailable', () => Promise.reject(new Error('the keys cannot be read'))],
  ['answers nonsense', 503, 'unavailable', async () => ({ ok: true })],
  ['names a usage key that the plan does not hold', 503, 'unavailable', async (name, event) => ({ ...(await authorize(name, event) as object), usageIdentifierKey: 'another' })],
  ['allows another method only', 403, 'forbidden', async (_name, { methodArn }) => ({ ...answerOf(0), policyDocument: policy('Allow', String(methodArn).replace('POST', 'GET')) })],
  ['denies', 403, 'forbidden', async (_name, { methodArn }) => ({ ...answerOf(0), policyDocument: { Statement: ['Allow', 'Deny'].flatMap((effect) => policy(effect, String(methodArn)).Statement) } })],
])('gateway: the authorizer %s -> %i %s, and no function is called', async (_what, status, code, broken) => {
  let calls = 0;
  const url = await serve(async () => { calls += 1; return ok(); }, { authorize: broken });
  const answer = await fetch(`${url}/payments`, { method: 'POST', body: '{}', ...allowed });
  expect([answer.status, answer.headers.get('retry-after'), ((await answer.json()) as { code: string }).code]).toEqual([status, status === 503 ? '1' : null, code]);
  expect(calls).toBe(0);
});

test('gateway: many requests with one key -> the authorizer is asked once; after a failure it is asked again', async () => {
  let asked = 0;
  const url = await serve(async () => ok(), {
    authorize: (name, event) => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('away')) : authorize(name, event);
    },
  });
  expect((await fetch(`${url}/payments`, { method: 'POST', ...allowed })).status).toBe(503);
  await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/payments`, { method: 'POST', ...allowed })));
  await fetch(`${url}/payments/a`, allowed);
  expect(asked).toBe(2);
});

test('gateway: one merchant sends far more than its limit -> 429 for its surplus, and another is served as if alone', async () => {
  const url = await serve(async () => ok(), { limits: { stage: { perSecond: 0.001, burst: 40 }, merchant: { perSecond: 0.001, burst: 20 } } });
  const send = async (key: string) => (await fetch(`${url}/payments`, { method: 'POST', body: '{}', ...bearer(key) })).status;
  const noisy: number[] = [];
  for (let i = 0; i < 100; i += 1) noisy.push(await send('m1'));
  expect(noisy.filter((status) => status === 200)).toHaveLength(20);
  expect(noisy.filter((status) => status === 429)).toHaveLength(80);
  const quiet: number[] = [];
  for (let i = 0; i < 19; i += 1) quiet.push(await send('m2'));
  expect(new Set(quiet)).toEqual(new Set([200]));
});
