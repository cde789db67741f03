import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { epochMs, merchantId } from '@understudy/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startServer } from '../system/test-support/servers.ts';
import { silences } from '../system/test-support/trouble.ts';
import { isPublicAddress, urlFault } from './addresses.ts';
import { createEndpointSecrets, createHttpWebhooks } from './index.ts';

const keys = { signs: 'k2', keys: { k1: Buffer.alloc(32, 1).toString('base64'), k2: Buffer.alloc(32, 2).toString('base64') } };
const secrets = createEndpointSecrets(async () => keys);
const shop = merchantId('shop');

const request = async (url: string) => ({ url, id: 'evt_1', at: epochMs(Date.now()), secret: (await secrets.secretOf(shop, { id: 'wh_1', keyId: 'k1' })) ?? '', body: '{"type":"payment.processed"}' });
const local = createHttpWebhooks({ targets: 'any', timeoutMs: 1000 });

test.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8'])('addresses: %s -> public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  '10.1.2.3', '172.16.0.1', '192.168.0.1', '127.0.0.1', '127.8.8.8', '0.0.0.0', '169.254.169.254', '100.64.0.1', '192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.88.99.1',
  '::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:a00:1', '::ffff:0:a00:1', 'fe80::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '64:ff9b::a00:1', '64:ff9b:1::1', '2002:a00:1::', '2001::1', '2001:db8::1', '100::1', '5f00::1', 'shop.example', '',
])('addresses: %s -> not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  ['https://shop.example/hook?token=1', undefined], ['https://shop.example:8443/', undefined], ['https://8.8.8.8/', undefined],
  ['http://shop.example/', /https/], ['ftp://shop.example/', /https/], ['shop.example', /URL/], ['https://', /URL/],
  ['https://user@shop.example/', /password/], ['https://user:secret@shop.example/', /password/], ['https://shop.example/#x', /fragment/],
  ['https://shop.example:22/', /port/], ['https://shop.example:80/', /port/],
  ['https://127.0.0.1/', /public/], ['https://2130706433/', /public/], ['https://0x7f.1/', /public/], ['https://0177.0.0.1/', /public/], ['https://127.1/', /public/], ['https://0/', /public/],
  ['https://[::1]/', /public/], ['https://[::ffff:10.0.0.1]/', /public/], ['https://169.254.169.254/latest/meta-data', /public/], ['https://１２７.0.0.1/', /public/],
])('url: %s -> %s', (url, expected) => {
  const fault = urlFault(url, 'public');
  if (expected === undefined) expect(fault).toBeUndefined();
  else expect(fault).toMatch(expected);
});

test('url: by the rule for tests -> this machine and http too, nothing else that is refused', () => {
  expect(urlFault('http://127.0.0.1:4000/', 'any')).toBeUndefined();
  expect(urlFault('ftp://127.0.0.1/', 'any')).toMatch(/https/);
});

test.each([
  ['public addresses only', ['93.184.216.34', '2606:4700::1111'], undefined], ['a private one among them', ['93.184.216.34', '10.0.0.1'], /public/],
  ['none', [], /public/], ['only this machine', ['127.0.0.1'], /public/],
])('registration: a name with %s -> %s', async (_what, addresses, expected) => {
  const webhooks = createHttpWebhooks({ targets: 'public', timeoutMs: 500, resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })) });
  const refusal = await webhooks.refusalOf('https://shop.example/hook');
  if (expected === undefined) expect(refusal).toBeUndefined();
  else expect(refusal).toMatch(expected);
});

test('registration: a name that does not resolve, or not in time -> refused', async () => {
  const failing = createHttpWebhooks({ targets: 'public', timeoutMs: 50, resolve: async () => Promise.reject(new Error('ENOTFOUND')) });
  const silent = createHttpWebhooks({ targets: 'public', timeoutMs: 50, resolve: () => new Promise(() => {}) });
  for (const webhooks of [failing, silent]) expect(await webhooks.refusalOf('https://shop.example/')).toMatch(/resolves/);
});

test('sending: a name that has come to lead to this machine since it was registered -> nobody is called', async () => {
  let connections = 0;
  const server = createServer().on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const resolve = vi.fn<() => Promise<{ address: string; family: number }[]>>(async () => [{ address: '127.0.0.1', family: 4 }]);
  resolve.mockResolvedValueOnce([{ address: '93.184.216.34', family: 4 }]);
  const webhooks = createHttpWebhooks({ targets: 'public', timeoutMs: 1000, resolve });
  const url = `https://shop.example:${(server.address() as AddressInfo).port}/`;
  expect(await webhooks.refusalOf(url)).toBeUndefined();
  expect(await webhooks.send(await request(url))).toEqual({ told: false, answer: 'not-a-public-address' });
  expect([connections, resolve.mock.calls.length]).toEqual([0, 2]);
});

test('sending: a stored address that the rule forbids -> not called', async () => {
  const webhooks = createHttpWebhooks({ targets: 'public', timeoutMs: 1000 });
  expect(await webhooks.send(await request('http://127.0.0.1:1/'))).toMatchObject({ told: false, answer: expect.stringContaining('https') });
});

test('sending: an endpoint that takes it -> told; the library of the convention verifies what it got', async () => {
  const heard: { headers: Record<string, string>; body: string }[] = [];
  const server = await startServer(({ headers, body }) => {
    heard.push({ headers: headers as Record<string, string>, body });
    return { status: 204, headers: {}, body: '' };
  });
  const sent = await request(`${server.url}/hook`);
  expect(await local.send(sent)).toEqual({ told: true, answer: 'HTTP 204' });
  const [one] = heard;
  expect(new Webhook(sent.secret).verify(one?.body ?? '', one?.headers ?? {})).toEqual({ type: 'payment.processed' });
  expect(() => new Webhook(`whsec_${Buffer.alloc(32).toString('base64')}`).verify(one?.body ?? '', one?.headers ?? {})).toThrow(/signature/);
  expect(one?.headers).toMatchObject({ 'webhook-id': 'evt_1', 'content-type': 'application/json' });
  await server.close();
});

test('sending: a redirect -> not followed, not told', async () => {
  let asked = 0;
  const server = await startServer(() => {
    asked += 1;
    return { status: 302, headers: { location: '/elsewhere' }, body: '' };
  });
  expect(await local.send(await request(server.url))).toEqual({ told: false, answer: 'HTTP 302' });
  expect(asked).toBe(1);
  await server.close();
});

test('sending: an answer without end -> told by its head, the rest is not read', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200);
    const flood = setInterval(() => response.write('x'.repeat(65_536)), 1);
    response.on('close', () => clearInterval(flood));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  expect(await local.send(await request(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))).toEqual({ told: true, answer: 'HTTP 200' });
});

test.each(silences.filter(({ name }) => !name.includes('within')))('sending: $name -> an answer of its own, within the limit', async ({ start }) => {
  const server = await start();
  const before = performance.now();
  expect(await local.send(await request(server.url))).toMatchObject({ told: false });
  expect(performance.now() - before).toBeLessThan(1500);
  await server.close();
});

test('secrets: one for each endpoint and merchant, the same whenever asked, none for a key that is gone', async () => {
  expect(await secrets.currentKey()).toBe('k2');
  const texts = await Promise.all([
    secrets.secretOf(shop, { id: 'wh_1', keyId: 'k1' }), secrets.secretOf(shop, { id: 'wh_1', keyId: 'k1' }), secrets.secretOf(shop, { id: 'wh_1', keyId: 'k2' }),
    secrets.secretOf(shop, { id: 'wh_2', keyId: 'k1' }), secrets.secretOf(merchantId('market'), { id: 'wh_1', keyId: 'k1' }),
  ]);
  expect(new Set(texts).size).toBe(4);
  for (const text of texts) expect(text).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(await secrets.secretOf(shop, { id: 'wh_1', keyId: 'k9' })).toBeUndefined();
});

test('secrets: the keys cannot be read -> a retryable fault of port signer', async () => {
  const unread = createEndpointSecrets(async () => Promise.reject(new Error('no')));
  await expect(unread.currentKey()).rejects.toMatchObject({ port: 'signer', retryable: true });
});
