/** One payment per id, whoever sends it, how often and wherever; and the bodies that the contract promises. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RunningTwin } from '../drill/running-twin.ts';
import { doorsOf, merchantKey, payment } from './client.ts';
import type { Answer, Doors } from './client.ts';

const SETTLE_LIMIT_MS = 20_000;

let twin: RunningTwin;
let doors: Doors;

beforeAll(async () => {
  twin = await RunningTwin.start();
  doors = doorsOf(twin);
});

afterAll(() => twin?.stop());

const chargesOf = async (id: string) => (await twin.charges()).filter((charge) => charge.transaction_id === id);
const rowsOf = async (id: string, region: 'us-east-1' | 'us-east-2' = 'us-east-1') => (await twin.ledger(region)).filter((row) => row.transaction_id === id);
const untilStatus = (id: string, status: string) =>
  vi.waitFor(async () => expect((await doors.api.read(id)).body).toMatchObject({ status }), { timeout: SETTLE_LIMIT_MS, interval: 100 });
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

test('payments: through DNS and through each region -> accepted, processed, one charge and one row each, in both ledgers', async () => {
  for (const [name, door] of Object.entries(doors)) {
    const accepted = await door.pay(payment(`door-${name}`));
    expect(accepted).toMatchObject({ status: 202, body: { transaction_id: `door-${name}`, status: 'accepted', accepted_at: isoTime } });
    expect(Object.keys(accepted.body).toSorted()).toEqual(['accepted_at', 'region', 'status', 'transaction_id']);
  }
  for (const name of Object.keys(doors)) {
    await untilStatus(`door-${name}`, 'processed');
    expect((await doors.east2.read(`door-${name}`)).body).toEqual({
      transaction_id: `door-${name}`, customer_id: 'customer-1', amount: '10.00', currency: 'USD', payment_method: 'card_visa', status: 'processed',
      accepted_at: isoTime, accepted_region: name === 'east2' ? 'us-east-2' : 'us-east-1', settled_at: isoTime, settled_region: 'us-east-1',
    });
    expect(await chargesOf(`door-${name}`)).toMatchObject([{ merchant_id: 'demo', amount_minor: 1000, currency: 'USD', outcome: 'approved', charges: 1, voids: 0 }]);
    const row = { merchant_id: 'demo', transaction_id: `door-${name}`, amount_minor: 1000, currency: 'USD', status: 'processed', epoch: 1 };
    expect(await rowsOf(`door-${name}`)).toEqual([row]);
    await vi.waitFor(async () => expect(await rowsOf(`door-${name}`, 'us-east-2')).toEqual([row]), { timeout: 5_000 });
  }
});

test('idempotency: one id 200 times at once, half of them to each region -> accepted once, the same body for all, one charge, one row', async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? doors.east1 : doors.east2).pay(payment('stampede'))));
  const accepted = answers.filter((answer) => answer.status === 202);
  const again = answers.filter((answer) => answer.status === 200);
  // A region that met the other's write may not know, and one that has too much to do lets nobody in; both say so, and the same id is sent again.
  const unknown = answers.filter((answer) => (answer.status === 503 || answer.status === 429) && answer.retryAfter !== null);
  expect(accepted.length).toBeLessThanOrEqual(1);
  expect(again.length).toBeGreaterThan(0);
  expect(accepted.length + again.length + unknown.length).toBe(200);
  expect(new Set([...accepted, ...again].map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  await untilStatus('stampede', 'processed');
  expect(await chargesOf('stampede')).toMatchObject([{ charges: 1, voids: 0 }]);
  expect(await rowsOf('stampede')).toHaveLength(1);
});

test('idempotency: 40 callers of /process with one id in both regions -> all hear the same outcome, one charge', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? doors.east1 : doors.east2).pay(payment('chorus'), '/process')));
  expect(new Set(answers.map((answer) => `${answer.status} ${JSON.stringify(answer.body)}`))).toEqual(new Set([`200 ${JSON.stringify(answers[0]?.body)}`]));
  expect(await chargesOf('chorus')).toMatchObject([{ charges: 1, voids: 0 }]);
});

test('idempotency: the same content written otherwise -> the same payment; another amount, customer, currency or method -> 409', async () => {
  const first = await doors.east1.pay(payment('content'));
  for (const [same, path] of [[{ amount: 10 }], [{ amount: '10' }], [{ amount: '10.0' }], [{ payment_method: undefined }, '/process']] as const) {
    const again = await doors.east2.pay(payment('content', same), path);
    expect(again.status).toBe(200);
    if (path === undefined) expect(again.body).toEqual(first.body);
  }
  expect(await doors.east1.pay(payment('content'), '/validate')).toMatchObject({ status: 200, body: { message: 'Payment validated successfully', transaction_id: 'content' } });
  for (const other of [{ amount: '10.01' }, { customer_id: 'customer-2' }, { currency: 'EUR' }, { payment_method: 'card_other' }]) {
    for (const path of ['/payments', '/validate', '/process']) {
      expect(await doors.east2.pay(payment('content', other), path)).toMatchObject({ status: 409, body: { code: 'idempotency_conflict', error: expect.any(String) } });
    }
  }
  expect(await chargesOf('content')).toMatchObject([{ amount_minor: 1000, charges: 1 }]);
});

test('merchants: two with the same transaction_id -> two payments, each sees only its own', async () => {
  const one = doorsOf(twin, await merchantKey(twin, 'one'));
  const two = doorsOf(twin, await merchantKey(twin, 'two'));
  expect((await one.api.pay(payment('shared', { amount: '1.00' }), '/process')).status).toBe(200);
  expect((await two.east2.read('shared')).status).toBe(404);
  expect((await two.east2.pay(payment('shared', { amount: '2.00', currency: 'EUR' }), '/process')).status).toBe(200);
  expect((await one.east2.read('shared')).body).toMatchObject({ amount: '1.00', currency: 'USD' });
  expect((await two.east1.read('shared')).body).toMatchObject({ amount: '2.00', currency: 'EUR' });
  expect((await doors.east1.read('shared')).status).toBe(404);
  expect((await chargesOf('shared')).map((charge) => [charge.merchant_id, charge.amount_minor]).toSorted((one, other) => String(one[0]).localeCompare(String(other[0])))).toEqual([['one', 100], ['two', 200]]);
});

test('/validate and /process: bodies as in the contract; a decline is told once decided, and final', async () => {
  expect(await doors.api.pay(payment('validated'), '/validate')).toMatchObject({ status: 200, body: { message: 'Payment validated successfully', transaction_id: 'validated' } });
  await untilStatus('validated', 'processed');
  const before = Math.floor(Date.now() / 1000);
  for (const door of [doors.east1, doors.east2]) {
    const id = `processed-${door === doors.east1 ? 1 : 2}`;
    const { status, body } = await door.pay(payment(id), '/process');
    expect({ status, body }).toEqual({ status: 200, body: { message: 'Payment processed successfully', transaction_id: id, timestamp: expect.any(Number) } });
    expect(body['timestamp']).toBeGreaterThanOrEqual(before);
    expect(await rowsOf(id)).toMatchObject([{ status: 'processed' }]);
    expect((await door.pay(payment(id), '/process')).body).toEqual(body);
  }
  await twin.behave({ mode: 'decline', match: '^declined-' });
  const declined = await doors.east1.pay(payment('declined-1'), '/process');
  expect(declined).toMatchObject({ status: 402, body: { code: 'declined' } });
  expect(await rowsOf('declined-1')).toMatchObject([{ status: 'failed' }]);
  await twin.behave({ mode: 'approve' });
  expect((await doors.east2.pay(payment('declined-1'), '/process')).body).toEqual(declined.body);
  expect((await doors.east2.read('declined-1')).body).toMatchObject({ status: 'failed', error: expect.any(String) });
  expect(await chargesOf('declined-1')).toMatchObject([{ charges: 0, outcome: 'declined' }]);
});

test('cancel: undecided -> cancelled and never charged; never seen -> the id is spent; decided -> 409', async () => {
  await twin.behave({ mode: 'fail', match: '^undecided$' });
  expect((await doors.east1.pay(payment('undecided'))).status).toBe(202);
  expect(await doors.east2.cancel('undecided')).toMatchObject({ status: 200, body: { transaction_id: 'undecided', status: 'cancelled' } });
  await twin.behave({ mode: 'approve' });
  expect((await doors.east1.cancel('undecided')).status).toBe(200);
  expect((await doors.east1.read('undecided')).body).toMatchObject({ status: 'cancelled' });
  expect((await doors.east1.pay(payment('undecided'), '/process'))).toMatchObject({ status: 409, body: { code: 'already_decided' } });

  expect((await doors.east2.read('never-seen')).status).toBe(404);
  expect(await doors.east1.cancel('never-seen')).toMatchObject({ status: 200, body: { transaction_id: 'never-seen', status: 'cancelled' } });
  expect((await doors.east2.read('never-seen'))).toMatchObject({ status: 200, body: { transaction_id: 'never-seen', status: 'cancelled' } });
  for (const path of ['/payments', '/validate', '/process']) expect((await doors.east2.pay(payment('never-seen'), path)).status).toBe(409);

  expect((await doors.east1.pay(payment('decided'), '/process')).status).toBe(200);
  const late: Answer = await doors.east2.cancel('decided');
  expect(late).toMatchObject({ status: 409, body: { code: 'already_decided' } });
  await vi.waitFor(async () => expect(await rowsOf('undecided')).toMatchObject([{ status: 'cancelled' }]), { timeout: SETTLE_LIMIT_MS });
  expect((await chargesOf('undecided')).every((charge) => charge.charges === charge.voids)).toBe(true);
  expect(await chargesOf('never-seen')).toEqual([]);
});
