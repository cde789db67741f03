import { expect, test } from 'vitest';
import { minorUnits } from '../domain/money/money.ts';
import { customerId, merchantId } from '../domain/payment/payment.ts';
import { sessionId } from '../domain/session/session.ts';
import { acceptPayment } from './accept-payment.ts';
import type { Caller } from './accept-payment.ts';
import { cancelPayment } from './cancel-payment.ts';
import { settlePayments } from './settle-payments.ts';
import { opened, paying, statusIn } from './session.test-support.ts';
import { createWorld, east, keyOf, other, portsOf, requestOf, shop, stored } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const PATIENCE_MS = 60_000;
const market: Caller = { merchantId: merchantId('market'), live: true };

const pay = async (world: World, request: ReturnType<typeof requestOf>, { region = east, caller = shop } = {}) => acceptPayment(portsOf(world, region), caller, request);
const codeOf = async (...args: Parameters<typeof pay>) => (await pay(...args)).code;
const settle = (world: World, id: string) => settlePayments(portsOf(world, east), [keyOf(id)]);
const decline = (world: World, id: string) => world.backstage.acquirer.behave({ mode: 'decline', match: (key) => key.transactionId === id });

test('session: paid in the other region before anything of it got there -> accepted, and stored with its session', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  world.backstage.sessions.lost.add(east);
  expect(await pay(world, paying('t-1', session), { region: other })).toMatchObject({ code: 'accepted', isNew: true });
  expect((await stored(world, keyOf('t-1'))).acceptance?.sessionId).toBe(session.sessionId);
});

test('session: a second payment -> 409 in use while the first is undecided, and paid once its outcome is in the books', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  await pay(world, paying('t-1', session));
  expect(await codeOf(world, paying('t-2', session), { region: other })).toBe('session_in_use');
  world.breakage.add({ part: 'ledger', when: 'before', times: 1 });
  await settle(world, 't-1');
  expect((await stored(world, keyOf('t-1'))).decision?.outcome).toBe('processed');
  expect([await codeOf(world, paying('t-2', session)), await statusIn(world, other, session)]).toEqual(['session_in_use', 'open']);
  await settle(world, 't-1');
  expect([await codeOf(world, paying('t-2', session)), await statusIn(world, other, session)]).toEqual(['session_paid', 'paid']);
  expect(world.backstage.journal.payments()).toHaveLength(1);
});

test('session: the first was declined, or cancelled -> another payment takes it, and only one', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  decline(world, 't-1');
  await pay(world, paying('t-1', session));
  await settle(world, 't-1');
  expect(await statusIn(world, east, session)).toBe('open');
  expect(await codeOf(world, paying('t-2', session), { region: other })).toBe('accepted');
  expect(await codeOf(world, paying('t-3', session))).toBe('session_in_use');
  await cancelPayment(portsOf(world, east), shop, paying('t-2', session).transactionId);
  expect(await codeOf(world, paying('t-3', session))).toBe('accepted');
  await settle(world, 't-3');
  expect(await statusIn(world, east, session)).toBe('paid');
});

test('session: the same payment again, after a decline and a second card, and after the session expired -> its stored answer', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  decline(world, 't-1');
  await pay(world, paying('t-1', session));
  await settle(world, 't-1');
  await pay(world, paying('t-2', session));
  for (const id of ['t-1', 't-2']) expect(await pay(world, paying(id, session), { region: other })).toMatchObject({ code: 'accepted', isNew: false });
  world.clock.advance(1800_000);
  for (const id of ['t-1', 't-2']) expect(await pay(world, paying(id, session), { region: other })).toMatchObject({ code: 'accepted', isNew: false });
  expect(await codeOf(world, paying('t-3', session))).toBe('session_expired');
  expect(await statusIn(world, east, session)).toBe('open');
  await settle(world, 't-2');
  expect(await statusIn(world, east, session)).toBe('paid');
});

test('session: the same id with another session, or without, or with one where there was none -> conflict, and no session is lost by it', async () => {
  const world = await createWorld({ seed: 1 });
  const [one, two] = [await opened(world), await opened(world)];
  await pay(world, paying('t-1', one));
  expect(await codeOf(world, requestOf('t-1'))).toBe('idempotency_conflict');
  expect(await codeOf(world, paying('t-1', two))).toBe('idempotency_conflict');
  expect(await codeOf(world, paying('t-2', two))).toBe('accepted');
  await pay(world, requestOf('t-3'));
  expect(await codeOf(world, paying('t-3', await opened(world)))).toBe('idempotency_conflict');
});

test('session: its request died between its hold and its acceptance -> the same id goes on at once, another waits for the patience', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  const mend = world.breakage.add({ part: 'journal', when: 'before', method: 'accept' });
  expect(await codeOf(world, paying('t-1', session))).toBe('unavailable');
  mend();
  expect(await codeOf(world, paying('t-2', session), { region: other })).toBe('session_in_use');
  expect(await statusIn(world, east, session)).toBe('open');
  world.clock.advance(PATIENCE_MS - 10_000);
  expect(await codeOf(world, paying('t-1', session), { region: other })).toBe('accepted');
});

test('session: another took it after the patience -> the first id is spent and never accepted, whoever sends it and however late', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  const mend = world.breakage.add({ part: 'journal', when: 'before', method: 'accept' });
  await pay(world, paying('t-1', session));
  mend();
  world.clock.advance(PATIENCE_MS);
  expect(await codeOf(world, paying('t-2', session), { region: other })).toBe('accepted');
  expect(await codeOf(world, paying('t-1', session))).toBe('idempotency_conflict');
  expect(await codeOf(world, requestOf('t-1'))).toBe('idempotency_conflict');
  expect((await stored(world, keyOf('t-1'))).acceptance).toBeUndefined();
});

test('session: the first is accepted just before its id is to be spent -> the other is refused', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  const { journal } = world.backstage;
  const mend = world.breakage.add({ part: 'journal', when: 'before', method: 'accept' });
  await pay(world, paying('t-1', session));
  mend();
  world.clock.advance(PATIENCE_MS);
  const spend = journal.spend.bind(journal);
  journal.spend = async (key, decision) => {
    journal.spend = spend;
    expect(await codeOf(world, paying('t-1', session))).toBe('accepted');
    return spend(key, decision);
  };
  expect(await codeOf(world, paying('t-2', session), { region: other })).toBe('session_in_use');
});

test.each([
  ['take', 't-1'], ['takeOver', 't-2'],
] as const)('session: the answer to %s is lost -> the payment is known to hold the session, and accepted', async (method, id) => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  if (method === 'takeOver') {
    await pay(world, paying('t-1', session));
    await cancelPayment(portsOf(world, east), shop, paying('t-1', session).transactionId);
  }
  world.breakage.add({ part: 'holds', when: 'after', method, times: 2 });
  expect(await codeOf(world, paying(id, session))).toBe('accepted');
});

test('session: its holds cannot be reached -> unavailable, and nothing is accepted', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  world.breakage.add({ part: 'holds', when: 'before' });
  expect(await codeOf(world, paying('t-1', session))).toBe('unavailable');
  expect(world.backstage.journal.payments()).toEqual([]);
});

test.each([
  ['amount', { amount: { minor: minorUnits(1001n), currency: 'USD' } }],
  ['currency', { amount: { minor: minorUnits(1000n), currency: 'EUR' } }],
  ['customer_id', { customerId: customerId('customer-2') }],
] as const)('session: another %s than its own -> refused by that field, and the session stays free', async (field, change) => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  expect(await pay(world, paying('t-1', session, change))).toMatchObject({ code: 'invalid_session', field });
  expect(await codeOf(world, paying('t-2', session))).toBe('accepted');
});

test('session: of another merchant, of the other mode, made up, or changed anywhere -> refused, and nothing is stored', async () => {
  const world = await createWorld({ seed: 1 });
  const session = await opened(world);
  const refused = { code: 'invalid_session', field: 'session_id' };
  expect(await pay(world, paying('t-1', session), { caller: market })).toMatchObject(refused);
  expect(await pay(world, paying('t-1', session), { caller: { ...shop, live: false } })).toMatchObject(refused);
  const text: string = session.sessionId;
  const forged = Array.from(text, (character, at) => `${text.slice(0, at)}${character === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`).filter((id) => id !== text);
  for (const id of ['cs_1', 'x', `${text}A`, text.slice(0, -1), ...forged]) expect(await pay(world, paying('t-1', { sessionId: sessionId(id) }))).toMatchObject(refused);
  expect(world.backstage.journal.payments()).toEqual([]);
});

test('session: a customer whose id is too long to be carried -> only that customer pays it', async () => {
  const world = await createWorld({ seed: 1 });
  const long = customerId('c'.repeat(128));
  const session = await opened(world, { customerId: long });
  expect(session.sessionId.length).toBeLessThanOrEqual(128);
  expect(await pay(world, paying('t-1', session, { customerId: customerId(`${'c'.repeat(127)}d`) }))).toMatchObject({ code: 'invalid_session', field: 'customer_id' });
  expect(await codeOf(world, paying('t-1', session, { customerId: long }))).toBe('accepted');
});
