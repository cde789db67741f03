/** Refunds over HTTP: never more than the charge, once per key, and each behaviour. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAcquirer } from './acquirer.ts';
import type { Acquirer } from './acquirer.ts';
import type { RecordEntry, RefundEntry } from './record.ts';

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

async function send(path: string, options: { readonly body?: unknown; readonly key?: string; readonly signal?: AbortSignal } = {}): Promise<Answer> {
  const response = await fetch(url + path, {
    method: options.body === undefined ? 'GET' : 'POST',
    headers: options.key === undefined ? {} : { 'idempotency-key': options.key },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    ...(options.signal && { signal: options.signal }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const payment = { merchant_id: 'm1', transaction_id: 't1' };

async function charged(amount = '1000', id = 't1'): Promise<string> {
  const { body } = await send('/v1/charges', { key: randomUUID(), body: { ...payment, transaction_id: id, amount_minor: amount, currency: 'EUR', live: false } });
  return String(body['reference']);
}

const refund = (key: string, chargeReference: string, change: Readonly<Record<string, unknown>> = {}, signal?: AbortSignal): Promise<Answer> =>
  send('/v1/refunds', { key, body: { ...payment, refund_id: key, charge_reference: chargeReference, amount_minor: '300', currency: 'EUR', live: false, ...change }, ...(signal && { signal }) });
const find = async (id: string): Promise<unknown> => (await send(`/v1/refunds?merchant_id=m1&transaction_id=t1&refund_id=${id}`)).body['status'];
const behave = (behaviour: object): Promise<Answer> => send('/behaviour', { body: behaviour });
const records = async (): Promise<readonly RefundEntry[]> => (await send('/refunds')).body as unknown as RefundEntry[];
const refundedMinor = async (): Promise<number> => ((await send('/charges')).body as unknown as RecordEntry[])[0]?.refunded_minor ?? -1;

test('refund: a part of a charge, and again under its key -> approved once, on record, also after a restart', async () => {
  const reference = await charged();
  const first = await refund('r1', reference);
  expect(first).toMatchObject({ status: 200, body: { status: 'approved', key: 'r1' } });
  expect((await refund('r1', reference)).body).toEqual(first.body);
  await acquirer.close();
  await start();
  expect((await refund('r1', reference)).body).toEqual(first.body);
  expect(await refundedMinor()).toBe(300);
  expect(await records()).toMatchObject([{ refund_id: 'r1', amount_minor: 300, outcome: 'approved', requests: 3 }]);
  expect((await send('/v1/report?merchant_id=m1&transaction_id=t1')).body).toMatchObject({ charges: [{ refunded_minor: '300' }] });
});

test('refund: more than is left, in many requests at once -> declined, and never more given back than was charged', async () => {
  const reference = await charged();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => refund(`r${i}`, reference)));
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(3);
  expect(answers.filter((answer) => answer.status === 402 && answer.body['code'] === 'exceeds_charge')).toHaveLength(17);
  expect(await refundedMinor()).toBe(900);
});

test.each([
  ['of no charge', { charge_reference: 'acq_none' }, 'no_such_charge'],
  ['of the charge of another payment', { transaction_id: 't2' }, 'no_such_charge'],
  ['in another currency', { currency: 'USD' }, 'no_such_charge'],
  ['of more than the charge', { amount_minor: '1001' }, 'exceeds_charge'],
])('refund: %s -> declined, and nothing is given back', async (_what, change, code) => {
  expect(await refund('r1', await charged(), change)).toMatchObject({ status: 402, body: { status: 'declined', code } });
  expect(await refundedMinor()).toBe(0);
});

test('refund: of a charge that was voided -> declined', async () => {
  const reference = await charged();
  const [record] = (await send('/charges')).body as unknown as RecordEntry[];
  await send(`/v1/charges/${record?.key}/void`, { body: {} });
  expect((await refund('r1', reference)).status).toBe(402);
});

test('refund: a key used for another refund -> refused as such', async () => {
  const reference = await charged();
  await refund('r1', reference);
  expect(await refund('r1', reference, { amount_minor: '301' })).toMatchObject({ status: 422, body: { code: 'key_reused' } });
});

test.each([{ refund_id: '' }, { amount_minor: '0' }, { amount_minor: 300 }, { live: 'no' }, { more: 1 }, { currency: 'eur' }])('refund: malformed, %j -> refused as such', async (change) => {
  expect(await refund('r1', await charged(), change)).toMatchObject({ status: 422, body: { code: 'malformed' } });
});

test('refund: the answer is lost -> looked up and repeated, given back once', async () => {
  const reference = await charged();
  await behave({ mode: 'charge_no_answer', match: 't1', count: 1 });
  await expect(refund('r1', reference, {}, AbortSignal.timeout(300))).rejects.toThrow();
  expect(await find('r1')).toBe('approved');
  expect((await refund('r1', reference)).body['status']).toBe('approved');
  expect(await refundedMinor()).toBe(300);
});

test('refund: declined, failing, in progress -> as for charges; what is in progress counts as given back', async () => {
  const reference = await charged();
  await behave({ mode: 'fail', count: 1 });
  expect((await refund('r1', reference)).status).toBe(500);
  expect(await find('r1')).toBe('none');
  await behave({ mode: 'decline', count: 1 });
  expect(await refund('r1', reference)).toMatchObject({ status: 402, body: { code: 'refund_declined' } });
  expect((await refund('r1', reference)).status).toBe(402);
  await behave({ mode: 'in_progress', count: 1, delayMs: 50 });
  expect((await refund('r2', reference, { amount_minor: '900' })).status).toBe(409);
  expect((await refund('r3', reference)).body['code']).toBe('exceeds_charge');
  await vi.waitFor(async () => expect(await find('r2')).toBe('approved'));
});

test('refund: a key that was forgotten -> given back again, as some acquirers do, and the record shows both', async () => {
  const reference = await charged();
  await refund('r1', reference);
  await behave({ mode: 'expire_keys' });
  expect((await refund('r1', reference)).body['status']).toBe('approved');
  expect(await refundedMinor()).toBe(600);
  expect(await records()).toHaveLength(2);
});
