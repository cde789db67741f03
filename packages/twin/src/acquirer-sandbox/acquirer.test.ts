/** The merchant's protocol, the record, and each behaviour, over HTTP. */
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAcquirer } from './acquirer.ts';
import type { Acquirer } from './acquirer.ts';
import type { RecordEntry } from './record.ts';

let dataDir: string;
let acquirer: Acquirer;
let url: string;
let nowEpochMs: number;

async function start(): Promise<void> {
  acquirer = createAcquirer({ dataDir, now: () => nowEpochMs });
  url = `http://127.0.0.1:${await acquirer.listen(0)}`;
}

beforeEach(async () => {
  nowEpochMs = Date.now();
  dataDir = await mkdtemp(join(tmpdir(), 'understudy-acquirer-'));
  await start();
});

afterEach(async () => {
  await acquirer.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function send(method: string, path: string, options: { body?: unknown; key?: string; signal?: AbortSignal } = {}): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: options.key === undefined ? {} : { 'idempotency-key': options.key },
    ...(options.body === undefined ? {} : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const content = { merchant_id: 'm1', transaction_id: 't1', amount_minor: '1050', currency: 'EUR', payment_method: 'tok_1', live: false };

function charge(key: string, changes: Partial<typeof content> = {}, signal?: AbortSignal): Promise<Answer> {
  return send('POST', '/v1/charges', { key, body: { ...content, ...changes }, ...(signal === undefined ? {} : { signal }) });
}

function find(transactionId = 't1', merchantId = 'm1'): Promise<Answer> {
  return send('GET', `/v1/charges?merchant_id=${merchantId}&transaction_id=${transactionId}`);
}

function voidCharge(key: string): Promise<Answer> {
  return send('POST', `/v1/charges/${encodeURIComponent(key)}/void`);
}

async function behave(behaviour: Record<string, unknown>): Promise<void> {
  expect((await send('POST', '/behaviour', { body: behaviour })).status).toBe(200);
}

async function record(): Promise<RecordEntry[]> {
  return (await (await fetch(`${url}/charges`)).json()) as RecordEntry[];
}

describe('protocol', () => {
  test('charge: new key, same key again -> approved with one reference; one entry, two requests', async () => {
    const first = await charge('k1');
    expect(first).toMatchObject({ status: 200, body: { status: 'approved', key: 'k1', reference: expect.stringMatching(/^acq_/) } });
    expect(await charge('k1')).toEqual(first);
    expect(await record()).toEqual([
      {
        key: 'k1',
        merchant_id: 'm1',
        transaction_id: 't1',
        amount_minor: 1050,
        currency: 'EUR',
        live: false,
        outcome: 'approved',
        voided: false,
        refunded_minor: 0,
        requests: 2,
        charges: 1,
        voids: 0,
      },
    ]);
  });

  test('charge: 100 simultaneous requests with one key -> one charge, one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => charge('k1')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(await record()).toMatchObject([{ key: 'k1', charges: 1, requests: 100 }]);
  });

  test.each([
    ['amount_minor', '1051'],
    ['currency', 'USD'],
    ['transaction_id', 't2'],
    ['merchant_id', 'm2'],
    ['payment_method', 'tok_2'],
    ['live', true],
  ])('charge: same key with another %s -> 422 key_reused, and no second charge', async (field, value) => {
    await charge('k1');
    expect(await charge('k1', { [field]: value })).toMatchObject({ status: 422, body: { status: 'invalid', code: 'key_reused' } });
    expect(await record()).toMatchObject([{ charges: 1, transaction_id: 't1' }]);
  });

  test.each([
    ['no key', undefined, content],
    ['an amount with a point', 'k', { ...content, amount_minor: '10.50' }],
    ['an amount that is a number', 'k', { ...content, amount_minor: 1050 }],
    ['no amount', 'k', { ...content, amount_minor: '0' }],
    ['an amount beyond exact numbers', 'k', { ...content, amount_minor: '9007199254740993' }],
    ['a small currency', 'k', { ...content, currency: 'eur' }],
    ['no live', 'k', { ...content, live: undefined }],
    ['an unknown field', 'k', { ...content, card: 'x' }],
    ['a list', 'k', []],
    ['an id with a line feed', 'k', { ...content, merchant_id: 'm\nt' }],
  ])('charge: %s -> 422 malformed, nothing recorded', async (_name, key, body) => {
    const answer = await send('POST', '/v1/charges', { body, ...(key === undefined ? {} : { key }) });
    expect(answer).toMatchObject({ status: 422, body: { status: 'invalid', code: 'malformed' } });
    expect(await record()).toEqual([]);
  });

  test('body: not JSON -> 400; over 16 KiB -> 413; the server lives on', async () => {
    expect(await send('POST', '/v1/charges', { key: 'k', body: '{"a":' })).toMatchObject({ status: 400, body: { code: 'bad_json' } });
    const large = JSON.stringify({ ...content, payment_method: 'x'.repeat(300_000) });
    expect(await send('POST', '/v1/charges', { key: 'k', body: large })).toMatchObject({ status: 413, body: { code: 'too_large' } });
    expect((await charge('k1')).status).toBe(200);
    expect((await send('GET', '/nothing')).status).toBe(404);
  });

  test('find: none, then approved, then voided -> as it is; of another merchant: none', async () => {
    expect(await find()).toEqual({ status: 200, body: { status: 'none' } });
    const { reference } = (await charge('k1')).body;
    expect((await find()).body).toEqual({ status: 'approved', reference, key: 'k1', voided: false });
    expect((await find('t1', 'm2')).body).toEqual({ status: 'none' });
    await voidCharge('k1');
    expect((await find()).body).toEqual({ status: 'approved', reference, key: 'k1', voided: true });
    expect((await send('GET', '/v1/charges?merchant_id=m1')).status).toBe(422);
  });

  test('find: several keys for one payment -> the approved one that is not voided wins', async () => {
    await charge('k1');
    await voidCharge('k1');
    await charge('k2');
    await behave({ mode: 'decline' });
    await charge('k3');
    expect((await find()).body).toMatchObject({ status: 'approved', key: 'k2', voided: false });
  });

  test('void: charge, again, declined, unknown -> voided, voided, declined, 404 none', async () => {
    await charge('a_b#1');
    expect(await voidCharge('a_b#1')).toEqual({ status: 200, body: { status: 'voided' } });
    expect(await voidCharge('a_b#1')).toEqual({ status: 200, body: { status: 'voided' } });
    await behave({ mode: 'decline' });
    await charge('k2', { transaction_id: 't2' });
    expect(await voidCharge('k2')).toEqual({ status: 200, body: { status: 'declined' } });
    expect(await voidCharge('k3')).toEqual({ status: 404, body: { status: 'none' } });
    expect(await record()).toMatchObject([{ voided: true, charges: 1, voids: 1 }, { voided: false, charges: 0, voids: 0 }]);
    expect((await send('POST', '/v1/charges/%E0%A4%A/void')).status).toBe(422);
  });

  test('restart: everything answered before -> same answers, same record', async () => {
    const approved = await charge('k1');
    await behave({ mode: 'decline', match: '^t2$' });
    const declined = await charge('k2', { transaction_id: 't2' });
    await charge('k3', { transaction_id: 't3' });
    await voidCharge('k3');
    const before = await record();
    await acquirer.close();
    await start();
    expect(await record()).toEqual(before);
    expect(await charge('k1')).toEqual(approved);
    expect(await charge('k2', { transaction_id: 't2' })).toEqual(declined);
    expect(await find('t3')).toMatchObject({ body: { voided: true } });
  });

  test('record: the payment method -> on disk only as the token given, and shown nowhere', async () => {
    await charge('k1', { payment_method: 'tok_secret' });
    expect(JSON.stringify(await record())).not.toContain('tok_secret');
    expect(JSON.stringify((await find()).body)).not.toContain('tok_secret');
    expect((await readFile(join(dataDir, 'charges.ndjson'), 'utf8')).match(/tok_secret/g)).toHaveLength(1);
  });
});

describe('behaviour', () => {
  test('decline: new charges are declined, an approved one stays; the decline is remembered after clearing', async () => {
    await charge('k1');
    await behave({ mode: 'decline' });
    const declined = await charge('k2', { transaction_id: 't2' });
    expect(declined).toMatchObject({ status: 402, body: { status: 'declined', key: 'k2', code: 'card_declined' } });
    expect((await charge('k1')).status).toBe(200);
    await behave({ mode: 'approve' });
    expect(await charge('k2', { transaction_id: 't2' })).toEqual(declined);
    expect(await find('t2')).toMatchObject({ body: { status: 'declined', code: 'card_declined', voided: false } });
  });

  test('match, count, forMs: only what matches, so often, so long; GET shows what is left', async () => {
    await behave({ mode: 'decline', match: '^t[0-9]$', count: 2, forMs: 1_000 });
    expect((await charge('x', { transaction_id: 'x1' })).status).toBe(200);
    expect((await charge('k1')).status).toBe(402);
    expect((await send('GET', '/behaviour')).body).toEqual([
      { mode: 'decline', match: '^t[0-9]$', forMsLeft: 1_000, countLeft: 1, delayMs: 2_000 },
    ]);
    expect((await charge('k2', { transaction_id: 't2' })).status).toBe(402);
    expect((await charge('k3', { transaction_id: 't3' })).status).toBe(200);
    expect((await send('GET', '/behaviour')).body).toEqual([]);
    await behave({ mode: 'decline', forMs: 1_000 });
    nowEpochMs += 999;
    expect((await charge('k4', { transaction_id: 't4' })).status).toBe(402);
    nowEpochMs += 1;
    expect((await charge('k5', { transaction_id: 't5' })).status).toBe(200);
  });

  test('approve: with match -> exempt from all others; without -> clears all', async () => {
    await behave({ mode: 'decline' });
    await behave({ mode: 'fail', match: 'never' });
    await behave({ mode: 'approve', match: '^good' });
    expect((await charge('k1', { transaction_id: 'good1' })).status).toBe(200);
    expect((await charge('k2')).status).toBe(402);
    await behave({ mode: 'approve' });
    expect((await send('GET', '/behaviour')).body).toEqual([]);
    expect((await charge('k3', { transaction_id: 't3' })).status).toBe(200);
  });

  test('delay: the charge is made at once, the answer comes later', async () => {
    await behave({ mode: 'delay', delayMs: 300 });
    const startedMs = performance.now();
    const answering = charge('k1');
    await vi.waitUntil(async () => (await find()).body.status === 'approved');
    expect(performance.now() - startedMs).toBeLessThan(290);
    expect((await answering).status).toBe(200);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(298);
  });

  test('charge_no_answer: charged and recorded, the client hears nothing; the retry gets the answer', async () => {
    await behave({ mode: 'charge_no_answer', count: 1 });
    await expect(charge('k1', {}, AbortSignal.timeout(150))).rejects.toThrow('timeout');
    expect(await record()).toMatchObject([{ key: 'k1', outcome: 'approved', charges: 1, requests: 1 }]);
    expect((await charge('k1')).status).toBe(200);
    expect(await record()).toMatchObject([{ charges: 1, requests: 2 }]);
  });

  test('charge_no_answer: the sandbox is closed while it holds a client -> the connection is destroyed, close returns', async () => {
    await behave({ mode: 'charge_no_answer' });
    const held = charge('k1').catch(() => 'destroyed');
    await vi.waitUntil(async () => (await find()).body.status === 'approved');
    await acquirer.close();
    expect(await held).toBe('destroyed');
  });

  test('in_progress: 409 until the charge completes in the background, then the real answer', async () => {
    await behave({ mode: 'in_progress', delayMs: 200, count: 1 });
    expect(await charge('k1')).toEqual({ status: 409, body: { status: 'in_progress', key: 'k1' } });
    expect((await charge('k1')).status).toBe(409);
    const pending = await find();
    expect(pending.body).toMatchObject({ status: 'in_progress', key: 'k1' });
    await vi.waitUntil(async () => (await find()).body.status === 'approved');
    expect(await charge('k1')).toEqual({ status: 200, body: { status: 'approved', key: 'k1', reference: pending.body.reference } });
    expect(await record()).toMatchObject([{ outcome: 'approved', charges: 1, requests: 3 }]);
  });

  test('in_progress: restarted before it completes -> it completes after the restart', async () => {
    await behave({ mode: 'in_progress', delayMs: 60_000 });
    expect((await charge('k1')).status).toBe(409);
    await acquirer.close();
    nowEpochMs += 59_900;
    await start();
    expect((await find()).body.status).toBe('in_progress');
    await vi.waitUntil(async () => (await find()).body.status === 'approved');
  });

  test('in_progress: voided meanwhile -> completed and voided at once, and it stays so', async () => {
    await behave({ mode: 'in_progress', delayMs: 50 });
    await charge('k1');
    expect((await voidCharge('k1')).body).toEqual({ status: 'voided' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await record()).toMatchObject([{ outcome: 'approved', voided: true, charges: 1, voids: 1 }]);
    await acquirer.close();
    await start();
    expect(await record()).toMatchObject([{ outcome: 'approved', voided: true, charges: 1, voids: 1 }]);
  });

  test('fail: 500, and nothing is charged', async () => {
    await behave({ mode: 'fail', count: 1 });
    expect((await charge('k1')).status).toBe(500);
    expect(await record()).toEqual([]);
    expect((await find()).body.status).toBe('none');
    expect((await charge('k1')).status).toBe(200);
  });

  test('forget_declines: a declined key is decided anew; an approved one is not', async () => {
    await behave({ mode: 'decline', count: 1 });
    await behave({ mode: 'forget_declines' });
    expect((await charge('k1')).status).toBe(402);
    const approved = await charge('k1');
    expect(approved.status).toBe(200);
    expect(await charge('k1')).toEqual(approved);
    expect(await record()).toMatchObject([{ outcome: 'approved', charges: 1, requests: 3 }]);
  });

  test('expire_keys: an old key charges again and the record says so; a young one and the look-up do not forget', async () => {
    const first = await charge('k1');
    await behave({ mode: 'expire_keys', delayMs: 1_000 });
    nowEpochMs += 999;
    expect(await charge('k1')).toEqual(first);
    nowEpochMs += 1;
    expect((await find()).body).toMatchObject({ status: 'approved', reference: first.body.reference });
    const second = await charge('k1');
    expect(second.status).toBe(200);
    expect(second.body.reference).not.toBe(first.body.reference);
    expect(await record()).toMatchObject([{ charges: 2, voids: 0, voided: false, requests: 3 }]);
    expect((await voidCharge('k1')).body).toEqual({ status: 'voided' });
    expect(await record()).toMatchObject([{ charges: 2, voids: 2, voided: true }]);
  });

  test('void with a reference: only that charge is given back, the other of the same key stands', async () => {
    const first = await charge('k1');
    await behave({ mode: 'expire_keys' });
    const second = await charge('k1');
    const answer = await send('POST', '/v1/charges/k1/void', { body: { reference: second.body.reference } });
    expect(answer).toMatchObject({ status: 200, body: { status: 'voided' } });
    expect((await find()).body).toMatchObject({ status: 'approved', reference: first.body.reference, voided: false });
    expect(await record()).toMatchObject([{ charges: 2, voids: 1, voided: false }]);
    expect((await send('POST', '/v1/charges/k1/void', { body: { reference: 'acq_unheard_of' } })).status).toBe(404);
  });

  test('modes add up: delay, decline and charge_no_answer on one request', async () => {
    await behave({ mode: 'delay', delayMs: 50 });
    await behave({ mode: 'decline' });
    const startedMs = performance.now();
    expect((await charge('k1')).status).toBe(402);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(48);
    await behave({ mode: 'charge_no_answer' });
    await expect(charge('k2', { transaction_id: 't2' }, AbortSignal.timeout(150))).rejects.toThrow('timeout');
    expect((await find('t2')).body.status).toBe('declined');
  });

  test.each([
    ['an unknown mode', { mode: 'explode' }, 'approve, decline, delay'],
    ['no mode', {}, 'approve, decline, delay'],
    ['not an object', [], 'object'],
    ['a broken expression', { mode: 'decline', match: '(' }, 'match'],
    ['a long expression', { mode: 'decline', match: 'a'.repeat(201) }, '200 characters'],
    ['a count of 0', { mode: 'decline', count: 0 }, 'count must be'],
    ['half a count', { mode: 'decline', count: 1.5 }, 'count must be'],
    ['a negative delay', { mode: 'delay', delayMs: -1 }, 'delayMs must be'],
    ['a text as time', { mode: 'delay', forMs: '5' }, 'forMs must be'],
    ['a misspelt field', { mode: 'delay', delay: 5 }, 'allowed are mode, match'],
  ])('behaviour: %s -> 400 that says what is allowed', async (_name, body, hint) => {
    const answer = await send('POST', '/behaviour', { body });
    expect(answer).toMatchObject({ status: 400, body: { status: 'invalid', message: expect.stringContaining(hint) } });
    expect((await send('GET', '/behaviour')).body).toEqual([]);
  });

  test('behaviour: more than a hundred -> 400, and clearing works', async () => {
    for (let n = 0; n < 100; n += 1) await behave({ mode: 'decline', match: 'never' });
    expect((await send('POST', '/behaviour', { body: { mode: 'fail' } })).status).toBe(400);
    await behave({ mode: 'approve' });
    await behave({ mode: 'fail' });
  });
});

test('sides: a live and a test charge under one key -> two charges, each in its own record, also after a restart', async () => {
  const live = (method: string, path: string, options: Parameters<typeof send>[2] = {}) => send(method, `/live${path}`, options);
  const byTest = await charge('k1');
  const byLive = await live('POST', '/v1/charges', { key: 'k1', body: { ...content, live: true } });
  expect([byTest.status, byLive.status]).toEqual([200, 200]);
  expect(byLive.body['reference']).not.toBe(byTest.body['reference']);
  await acquirer.close();
  await start();
  expect((await record()).map((entry) => entry.live)).toEqual([false]);
  expect((await live('GET', '/charges')).body).toMatchObject([{ key: 'k1', live: true, voided: false }]);
  expect((await live('POST', '/v1/charges/k1/void')).status).toBe(200);
  expect((await live('GET', '/charges')).body).toMatchObject([{ voided: true }]);
  expect(await record()).toMatchObject([{ voided: false }]);
});

test('record: 100,000 entries -> replayed, and streamed whole', async () => {
  await acquirer.close();
  const stored = { merchantId: 'm', amountMinor: '5', currency: 'EUR', paymentMethod: 'tok', live: false };
  const lines = Array.from({ length: 100_000 }, (_, n) =>
    JSON.stringify({ type: 'charged', key: `k${n}`, content: { ...stored, transactionId: `t${n}` }, outcome: 'approved', reference: `r${n}`, atEpochMs: 1 }),
  );
  await appendFile(join(dataDir, 'charges.ndjson'), `${lines.join('\n')}\n`);
  await start();
  const entries = await record();
  expect(entries).toHaveLength(100_000);
  expect(new Set(entries.map((entry) => entry.key)).size).toBe(100_000);
});

test('connection: a client that leaves in the middle of a body -> nothing is recorded and the server lives on', async () => {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  const key = randomUUID();
  socket.write(`POST /v1/charges HTTP/1.1\r\nhost: a\r\nidempotency-key: ${key}\r\ncontent-length: 500\r\n\r\n{"merchant_id":`);
  await new Promise((resolve) => setTimeout(resolve, 30));
  socket.destroy();
  expect((await charge('k1')).status).toBe(200);
  expect((await record()).map((entry) => entry.key)).toEqual(['k1']);
});
