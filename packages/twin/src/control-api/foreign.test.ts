// Who may ask the control API: programs on this machine and its own pages. A page of the internet is refused, whatever it asks.
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { whyForeign } from '@understudy/console/serve';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Twin } from '../twin.ts';
import { createControlApi } from './control-api.ts';
import type { ControlApi } from './control-api.ts';

const host = '127.0.0.1:4600';

test.each<[string, IncomingHttpHeaders]>([
  ['a program', { host }],
  ['a program that says localhost', { host: 'localhost:4600' }],
  ['our own page, reading', { host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ['our own page, acting', { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }],
  ['the address bar', { host, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
  ['a link on another page', { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
])('control API: asked by %s -> served', (_who, headers) => {
  expect(whyForeign(headers)).toBeUndefined();
});

test.each<[string, IncomingHttpHeaders]>([
  ['a page whose name was resolved to this machine', { host: 'evil.example:4600', origin: 'http://evil.example:4600', 'sec-fetch-site': 'same-origin' }],
  ['a name that only begins like ours', { host: '127.0.0.1.evil.example:4600' }],
  ['nobody in particular', {}],
  ['another page, acting', { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['a page of another port here', { host, origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }],
  ['our page under its other name', { host, origin: 'http://localhost:4600' }],
  ['a page without an origin', { host, origin: 'null' }],
  ['another page, by an image', { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['another page, by a frame', { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
])('control API: asked by %s -> refused', (_who, headers) => {
  expect(whyForeign(headers)).toEqual(expect.any(String));
});

/** A twin that would notice. */
const asked: string[] = [];
const note = (what: string) => () => {
  asked.push(what);
  return {};
};
const twin = {
  events: { emit: () => {}, since: () => [] }, network: { links: note('links') }, logFile: () => 'nowhere', drillFolder: 'nowhere', apiKey: 'key', urls: {},
  state: note('state'), connections: note('connections'), kill: note('kill'), isolate: note('isolate'), createKey: note('key'), startMove: note('move'), breakLink: note('link'), breakService: note('service'), killWitness: note('witness'),
} as unknown as Twin;

let api: ControlApi;
let port: number;
beforeAll(async () => {
  port = await freePort();
  api = createControlApi(twin);
  await api.listen(port);
});
afterAll(() => api.close());

test.each([
  ['POST', '/twin/regions/us-east-1/kill'], ['POST', '/twin/regions/us-east-1/isolate'], ['POST', '/twin/regions/us-east-1/services/ledger'], ['POST', '/twin/links/sqs.us-east-1.us-east-1'],
  ['POST', '/twin/witness/kill'], ['POST', '/twin/failover'], ['POST', '/twin/keys'], ['POST', '/twin/load'], ['POST', '/twin/drills'], ['POST', '/desk/dead-letters/discard'], ['POST', '/desk/payments/demo/a/refund'],
  ['GET', '/twin/connections'], ['GET', '/twin/state'], ['GET', '/twin/events'], ['GET', '/desk/payments'], ['GET', '/desk/dead-letters'],
])('control API: %s %s by a page of the internet, or by a name that is not ours -> 403, and nothing is done', async (method, path) => {
  asked.length = 0;
  expect(await statusOf(method, path, { origin: 'https://evil.example' })).toBe(403);
  expect(await statusOf(method, path, { host: `evil.example:${port}`, origin: `http://evil.example:${port}` })).toBe(403);
  expect(asked).toEqual([]);
});

test('control API: asked by a program on this machine -> done', async () => {
  asked.length = 0;
  expect(await statusOf('POST', '/twin/regions/us-east-1/kill', {})).toBe(200);
  expect(await statusOf('GET', '/twin/state', {})).toBe(200);
  expect(asked).toEqual(['kill', 'state']);
});

test('control API: a body that is too large -> refused in words, and nothing is done', async () => {
  asked.length = 0;
  expect(await statusOf('POST', '/twin/regions/us-east-1/kill', {}, JSON.stringify({ reason: 'x'.repeat(300_000) }))).toBe(400);
  expect(asked).toEqual([]);
});

function statusOf(method: string, path: string, headers: Readonly<Record<string, string>>, body = '{}'): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', method, path, headers: { ...headers, ...(method === 'POST' && { 'content-type': 'text/plain' }) } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.once('error', reject);
    call.end(method === 'POST' ? body : undefined);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo;
      server.close(() => resolve(free));
    });
  });
}
