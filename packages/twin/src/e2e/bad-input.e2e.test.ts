/**
 * What strangers send: every refusal is clear, stores nothing, writes none of it to a log, and costs the others nothing.
 * The tests run in the order in which they stand: the last of them, which fill the books, come after those that look
 * whether the books are empty.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Agent, request as httpRequest } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RunningTwin } from '../drill/running-twin.ts';
import { doorsOf, payment } from './client.ts';
import type { Doors } from './client.ts';

const card = '4111111111111111';
const otherCards = ['5555555555554444', '378282246310005', '4111 1111 1111 1111', '4111-1111-1111-1111'];
/** Stands in every refused body, and so must stand nowhere else. */
const marker = 'marker-of-a-refused-body';
const wrongKey = `us_test_${'0123456789abcdef'.repeat(3)}`;

let twin: RunningTwin;
let doors: Doors;
const sockets: Socket[] = [];

beforeAll(async () => {
  // The last test starves the region it floods; where the machine is busy too, that could look like a lost region.
  twin = await RunningTwin.start({ failover: 'approval' });
  doors = doorsOf(twin);
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

afterAll(() => twin?.stop());

const bothRegions = () => [doors.east1, doors.east2];
const postPaths = ['/payments', '/validate', '/process'];

/** The outcome of one POST on every path in both regions. */
async function everywhere(body: unknown, options: { readonly key?: string; readonly headers?: Readonly<Record<string, string>> } = {}) {
  return Promise.all(bothRegions().flatMap((door) => postPaths.map((path) => door.call(path, { method: 'POST', body, ...options }))));
}

async function expectRefused(body: unknown, status = 400, code = 'invalid_request'): Promise<void> {
  for (const answer of await everywhere(body)) {
    expect(answer).toMatchObject({ status, body: { code, error: expect.stringMatching(/\S/) } });
    const text = JSON.stringify(answer.body);
    for (const secret of [card, ...otherCards, marker]) expect(text).not.toContain(secret);
  }
}

const refused = (fields: Readonly<Record<string, unknown>>) => payment(`bad-${marker}`, fields);

/** Everything the twin has written but PostgreSQL's own files. */
function* written(folder: string): Generator<readonly [string, string]> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !/^(bundles|ledger)\//.test(path.slice(twin.dataDir.length + 1))) yield [path, readFileSync(path, 'latin1')];
  }
}

async function expectNothingStored(): Promise<void> {
  expect(await twin.charges()).toEqual([]);
  for (const region of ['us-east-1', 'us-east-2'] as const) expect(await twin.ledger(region)).toEqual([]);
  for (const door of bothRegions()) expect((await door.read(`bad-${marker}`)).status).toBe(404);
  expect((await twin.state()).regions['us-east-1'].queue).toEqual({ visible: 0, inFlight: 0, dead: 0 });
}

function expectNothingWritten(secrets: readonly string[]): void {
  const files = [...written(twin.dataDir)];
  expect(files.some(([path]) => path.endsWith('/logs/us-east-1.log'))).toBe(true);
  // The table's log is written plainly: what was stored would be seen here.
  for (const [path, text] of files) for (const secret of secrets) expect(text.includes(secret), `${secret} stands in ${path}`).toBe(false);
}

async function expectPromptService(): Promise<void> {
  for (const door of Object.values(doors)) {
    const startedAt = performance.now();
    expect((await door.call('/health', { key: '' })).status).toBe(200);
    expect((await door.read('nothing')).status).toBe(404);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  }
}

describe('bad input', () => {
  test.each([
    ['no body', undefined], ['an empty body', ''], ['broken JSON', `{"transaction_id":"${marker}"`], ['text', marker], ['a list', `["${marker}"]`], ['null', 'null'],
    ['a field twice', `{"transaction_id":"${marker}","transaction_id":"${marker}2","customer_id":"c","amount":"1.00","currency":"USD","payment_method":"m"}`],
    ['10,000 levels of nesting', `${'['.repeat(8_000)}${']'.repeat(8_000)}`],
    ['bytes that are no UTF-8 after decoding', '{"transaction_id":"\ud800"}'],
  ])('body: %s -> 400', (_, body) => expectRefused(body));

  test.each([
    0, '0', '0.00', -1, '-0.01', '100000.01', 100000.01, '12.345', 12.345, 'NaN', '', ' 1', '1e2', '0x10', '1,00', '+1', '.5', '1.', true, null, [], {}, ['1.00'],
  ])('amount: %j -> 400', (amount) => expectRefused(refused({ amount })));

  test.each(['1e400', 'NaN', 'Infinity', '-1', '0.0', '1e-7', '0100', '100000.009'])('amount: the bare number %s -> 400', (number) =>
    expectRefused(JSON.stringify(refused({ amount: '@' })).replace('"@"', number)));

  test.each(['usd', 'XXX', '', 'US', 'USDX', null, 840, ['USD']])('currency: %j -> 400', (currency) => expectRefused(refused({ currency })));

  test.each(['', 'a'.repeat(129), 'a b', '../../etc/passwd', 'a/b', 'ä', 'a\u0000b', 'a\nb', 7, null, true, {}, ['a'], '%2e%2e'])('ids: %j -> 400', async (id) => {
    await expectRefused(payment(id as string, { customer_id: marker }));
    await expectRefused(refused({ customer_id: id }));
  });

  test('fields: missing, unknown or named as the language names its own -> 400', async () => {
    for (const field of ['transaction_id', 'customer_id', 'amount', 'currency']) await expectRefused(refused({ [field]: undefined }));
    for (const door of bothRegions()) for (const path of ['/payments', '/validate']) expect((await door.pay(refused({ payment_method: undefined }), path)).status).toBe(400);
    for (const field of ['card', 'status', 'merchant_id', '__proto__', 'constructor', '']) {
      await expectRefused(JSON.stringify(refused({})).replace('{', `{${JSON.stringify(field)}:"x",`));
    }
    for (const value of ['', 'a'.repeat(1_000), 7, {}, null]) await expectRefused(refused({ payment_method: value }));
  });

  test('card numbers: in any field, nested, as a number, a field name -> 400, never repeated', async () => {
    for (const number of [card, ...otherCards]) {
      for (const field of ['transaction_id', 'customer_id', 'payment_method', 'currency', 'amount', 'session_id', 'note']) await expectRefused(refused({ [field]: number }));
      await expectRefused(refused({ payment_method: { token: { number } } }));
      await expectRefused(refused({ [number]: 'x' }));
    }
    await expectRefused(refused({ payment_method: `tok_${card}` }));
    await expectRefused(refused({ customer_id: Number(card) }));
    await expectRefused(refused({ amount: Number(card) }));
  });

  test('card numbers: in paths, queries and headers -> no effect and no trace', async () => {
    for (const door of bothRegions()) {
      expect((await door.read(card)).status).toBe(400);
      expect((await door.cancel(card)).status).toBe(400);
      expect((await door.call(`/payments/nothing?card=${card}`)).status).toBe(404);
      expect((await door.call(`/${card}`)).status).toBe(404);
      expect((await door.call(`/payments/nothing/${card}`)).status).toBe(404);
      expect((await door.call('/payments/nothing', { headers: { 'user-agent': card, 'x-request-id': card, referer: `http://x/${card}`, cookie: card, [`x-${card}`]: 'x' } })).status).toBe(404);
      expect((await door.call('/payments/nothing', { key: card })).status).toBe(401);
    }
  });

  test.each(['a%20b', '..%2f..%2fetc%2fpasswd', '%2e%2e%2fx', '%00', '%', '%zz', '%ff', 'a'.repeat(129), 'P%23demo%23x'])('path: the id %s -> 400', async (id) => {
    for (const door of bothRegions()) {
      expect(await door.read(id)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(await door.cancel(id)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
  });

  test('paths and methods that do not exist -> 404 and 405, with a body', async () => {
    for (const door of bothRegions()) {
      for (const path of ['/', '/payment', '/payments/', '/payments/a/b', '/payments/a/cancel/b', '/twin/state', '/..%2f']) expect([404, 400]).toContain((await door.call(path)).status);
      for (const [method, path] of [['GET', '/payments'], ['DELETE', '/payments/a'], ['PUT', '/payments'], ['GET', '/process'], ['POST', '/health']] as const) {
        expect(await door.call(path, { method })).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
      }
    }
  });

  test('keys: none, wrong, malformed, twice -> 401 that does not repeat them', async () => {
    const authorizations = ['', 'Bearer', 'Bearer ', `Basic ${wrongKey}`, wrongKey, `Bearer ${wrongKey}`, `Bearer ${wrongKey} ${wrongKey}`, `Bearer ${twin.urls.apiKey}x`, `Bearer ${twin.urls.apiKey.toUpperCase()}`, `Bearer ${'a'.repeat(4_000)}`, "Bearer us_test_' OR 1=1"];
    for (const authorization of authorizations) {
      for (const answer of await everywhere(payment(`bad-${marker}`), { key: '', headers: { authorization } })) {
        expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
        expect(JSON.stringify(answer.body)).not.toContain('us_test');
      }
      for (const door of bothRegions()) expect((await door.call('/payments/nothing', { key: '', headers: { authorization } })).status).toBe(401);
    }
  });

  test('size: 17 KiB and 100 KiB -> 413; 16 KiB of a body that is otherwise right -> read', async () => {
    for (const size of [17, 100]) await expectRefused(refused({ customer_id: 'x'.repeat(size * 1024) }), 413, 'too_large');
    const padded = JSON.stringify(refused({ amount: '0' })).padEnd(16 * 1024);
    await expectRefused(padded);
    await expectRefused(`${padded} `, 413, 'too_large');
  });

  test('size: a chunked body without end -> 413 or closed, without reading it all', async () => {
    for (const url of [twin.urls.api, ...Object.values(twin.urls.regions)]) {
      const { status, sentBytes } = await pourForever(url);
      expect([413, undefined]).toContain(status);
      expect(sentBytes).toBeLessThan(64 * 1024 * 1024);
    }
    await expectPromptService();
  });

  test('after all this: nothing is stored, and no file holds a card number, a key or a refused body', async () => {
    await expectNothingStored();
    expectNothingWritten([card, ...otherCards, wrongKey, '../../etc/passwd']);
    for (const [path, text] of written(join(twin.dataDir, 'logs'))) {
      expect(text.includes(twin.urls.apiKey), `the key stands in ${path}`).toBe(false);
      expect(text.replaceAll(`bad-${marker}`, '').includes(marker), `a refused body stands in ${path}`).toBe(false);
    }
    await expectPromptService();
  });
});

/** Sends chunks until it is stopped; what was answered, if anything was. */
function pourForever(url: string): Promise<{ readonly status: number | undefined; readonly sentBytes: number }> {
  const chunk = Buffer.alloc(16 * 1024, 'x');
  return new Promise((resolve) => {
    let sentBytes = 0;
    let status: number | undefined;
    const call = httpRequest(`${url}/payments`, { method: 'POST', headers: { authorization: `Bearer ${twin.urls.apiKey}`, 'transfer-encoding': 'chunked' } });
    const over = () => {
      clearInterval(timer);
      call.destroy();
      resolve({ status, sentBytes });
    };
    const timer = setInterval(() => {
      if (call.writableNeedDrain) return;
      call.write(chunk);
      sentBytes += chunk.length;
    }, 5);
    call.once('response', (response) => {
      status = response.statusCode;
      response.resume();
      response.once('end', over);
    });
    call.once('error', over);
  });
}

describe('slow and silent clients', () => {
  const open = (port: number, count: number): Promise<readonly Socket[]> =>
    Promise.all(Array.from({ length: count }, () => new Promise<Socket>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket));
      sockets.push(socket);
      socket.once('error', reject);
      socket.once('connect', () => socket.on('error', () => undefined));
      socket.resume();
    })));
  const portsOf = () => [1, 11, 12].map((offset) => twin.basePort + offset);
  const untilClosed = (opened: readonly Socket[], timeout: number) =>
    vi.waitFor(() => expect(opened.filter((socket) => !socket.closed)).toHaveLength(0), { timeout, interval: 200 });

  test('2,000 connections to each door that send nothing, 500 that send a byte a second -> the others are served within a second, and they are closed', async () => {
    const opened: Socket[] = [];
    for (const port of portsOf()) opened.push(...(await open(port, 2_000)));
    await expectPromptService();
    expect((await doors.api.pay(payment('among-the-silent'))).status).toBe(202);
    await dripping(opened);
  });

  /** With 500 more that send a byte a second: all of them are closed. */
  async function dripping(opened: Socket[]): Promise<void> {
    for (const port of portsOf()) opened.push(...(await open(port, port === twin.basePort + 1 ? 168 : 166)));
    const text = Buffer.from(`POST /payments HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${twin.urls.apiKey}\r\n`);
    let n = 0;
    const drip = setInterval(() => {
      for (const socket of opened.slice(-500)) if (socket.writable) socket.write(text.subarray(n, n + 1));
      n += 1;
    }, 1_000);
    try {
      await vi.waitFor(() => expect(n).toBeGreaterThan(3), { timeout: 6_000, interval: 100 });
      await expectPromptService();
      await untilClosed(opened, 20_000);
    } finally {
      clearInterval(drip);
    }
    await expectPromptService();
  }
});

describe('overload', () => {
  test('3,000 requests at once to one region -> each is answered, accepted or told when to come again; all accepted are settled', async () => {
    const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
    const answers = await Promise.all(Array.from({ length: 3_000 }, (_, n) => post(agent, `burst-${n}`)));
    const counts = Object.groupBy(answers, (answer) => String(answer.status));
    expect(Object.keys(counts).filter((status) => !['202', '429', '503'].includes(status))).toEqual([]);
    expect(counts['202']?.length ?? 0).toBeGreaterThan(0);
    for (const { status, retryAfter, text } of answers) {
      if (status === 202) continue;
      expect(Number(retryAfter)).toBeGreaterThan(0);
      expect(JSON.parse(text)).toMatchObject({ code: status === 429 ? 'throttled' : 'unavailable', error: expect.any(String) });
    }
    await vi.waitFor(expectPromptService, { timeout: 30_000, interval: 500 });
    const accepted = answers.flatMap(({ status }, n) => (status === 202 ? [`burst-${n}`] : []));
    const booked = async () => new Set((await twin.ledger('us-east-1')).map((row) => row.transaction_id));
    await vi.waitFor(async () => {
      const rows = await booked();
      expect(accepted.filter((id) => !rows.has(id))).toEqual([]);
    }, { timeout: 60_000, interval: 500 });
    const twice = (await twin.charges()).filter((charge) => charge.charges - charge.voids > 1);
    expect(twice).toEqual([]);
  });

  function post(agent: Agent, id: string): Promise<{ readonly status: number | string; readonly retryAfter: string | undefined; readonly text: string }> {
    const body = JSON.stringify(payment(id));
    return new Promise((resolve) => {
      const call = httpRequest(`${twin.urls.regions['us-east-1']}/payments`, {
        method: 'POST', agent, headers: { authorization: `Bearer ${twin.urls.apiKey}`, 'content-length': Buffer.byteLength(body) },
      });
      call.once('error', (error) => resolve({ status: error.message, retryAfter: undefined, text: '' }));
      call.once('response', (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString()));
        response.once('error', (error) => resolve({ status: error.message, retryAfter: undefined, text }));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], text }));
      });
      call.end(body);
    });
  }

  test('a time in milliseconds as an id is no card number -> accepted', async () => {
    expect((await doors.east2.pay(payment(String(Date.now())))).status).toBe(202);
    expect((await doors.east2.pay(payment(`order-${Date.now()}`, { customer_id: String(Date.now() + 7) }))).status).toBe(202);
  });
});
