// Acceptance over the in-memory world: one id is one payment for ever, and "yes" is said only when it is certain.
import { expect, test } from 'vitest';
import { minorUnits } from '../domain/money/money.ts';
import { customerId, merchantId } from '../domain/payment/payment.ts';
import type { PaymentRequest } from '../domain/payment/payment-request.ts';
import { PortFault } from '../ports/fault.ts';
import { acceptPayment, sendHint } from './accept-payment.ts';
import { rememberActiveRegion } from './active-region.ts';
import { cancelPayment } from './cancel-payment.ts';
import { readPayment } from './read-payment.ts';
import { accepted, createWorld, east, keyOf, other, portsOf, requestOf, shop, stored } from './world.test-support.ts';

test.each([east, other])('accept: a new payment in %s -> accepted, stored, in work', async (region) => {
  const world = await createWorld({ seed: 1 });
  const result = await acceptPayment(portsOf(world, region), shop, requestOf('a'));
  expect(result).toMatchObject({ code: 'accepted', isNew: true });
  expect(await stored(world, keyOf('a'))).toMatchObject({ inWork: true, postedEpoch: 0, attempts: 0, acceptance: { acceptedRegion: region, live: true, amount: { minor: 1000n } } });
  if (result.code === 'accepted') expect(result.payment).toEqual(await stored(world, keyOf('a')));
});

test('accept: the same again, anywhere, later -> the first answer, nothing new', async () => {
  const world = await createWorld({ seed: 1 });
  await accepted(world, 'a');
  const before = await stored(world, keyOf('a'));
  world.clock.advance(10_000);
  expect(await acceptPayment(portsOf(world, other), shop, requestOf('a'))).toEqual({ code: 'accepted', isNew: false, payment: before });
  expect(await stored(world, keyOf('a'))).toEqual(before);
});

test.each<[string, Partial<PaymentRequest>]>([
  ['another amount', { amount: { minor: minorUnits(1001n), currency: 'USD' } }],
  ['another currency', { amount: { minor: minorUnits(1000n), currency: 'EUR' } }],
  ['another customer', { customerId: customerId('customer-2') }],
  ['another payment method', { paymentMethod: 'pm_other' }],
])('accept: the same id with %s -> conflict, the first payment untouched', async (_what, change) => {
  const world = await createWorld({ seed: 1 });
  await accepted(world, 'a');
  const before = await stored(world, keyOf('a'));
  expect(await acceptPayment(portsOf(world, other), shop, requestOf('a', change))).toMatchObject({ code: 'idempotency_conflict' });
  expect(await stored(world, keyOf('a'))).toEqual(before);
});

test('accept: the same id with the payment method left out -> the same payment', async () => {
  const world = await createWorld({ seed: 1 });
  await accepted(world, 'a');
  const { paymentMethod: _left, ...rest } = requestOf('a');
  expect(await acceptPayment(portsOf(world, east), shop, rest)).toMatchObject({ code: 'accepted', isNew: false });
});

test('accept: the id of a test payment used with a live key -> conflict: it would never be charged', async () => {
  const world = await createWorld({ seed: 1 });
  await acceptPayment(portsOf(world, east), { ...shop, live: false }, requestOf('a'));
  expect(await acceptPayment(portsOf(world, east), shop, requestOf('a'))).toMatchObject({ code: 'idempotency_conflict' });
});

test('accept: one id of two merchants -> two payments', async () => {
  const world = await createWorld({ seed: 1 });
  await accepted(world, 'a');
  const market = { merchantId: merchantId('market'), live: true };
  expect(await acceptPayment(portsOf(world, east), market, requestOf('a', { customerId: customerId('customer-9') }))).toMatchObject({ code: 'accepted', isNew: true });
});

test('accept: an id spent by a cancellation -> conflict', async () => {
  const world = await createWorld({ seed: 1 });
  expect(await cancelPayment(portsOf(world, other), shop, keyOf('a').transactionId)).toEqual({ code: 'cancelled' });
  expect(await acceptPayment(portsOf(world, east), shop, requestOf('a'))).toMatchObject({ code: 'idempotency_conflict' });
});

test('accept: two at once in both regions -> one payment, and exactly one of them is new', async () => {
  const world = await createWorld({ seed: 1 });
  const both = await Promise.all([east, other].map((region) => acceptPayment(portsOf(world, region), shop, requestOf('a'))));
  expect(both.filter((result) => result.code === 'accepted' && result.isNew)).toHaveLength(1);
  expect(both.every((result) => result.code === 'accepted')).toBe(true);
});

test('accept: the journal does not answer -> unavailable after a bounded number of tries, nothing stored', async () => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'journal', when: 'before' });
  expect(await acceptPayment(portsOf(world, east), shop, requestOf('a'))).toEqual({ code: 'unavailable' });
  expect(await world.backstage.journal.read(keyOf('a'))).toBeUndefined();
});

test('accept: every answer of the journal is lost -> unavailable, and the same id again is the same payment', async () => {
  const world = await createWorld({ seed: 1 });
  const mend = world.breakage.add({ part: 'journal', when: 'after' });
  expect(await acceptPayment(portsOf(world, east), shop, requestOf('a'))).toEqual({ code: 'unavailable' });
  mend();
  expect(await acceptPayment(portsOf(world, other), shop, requestOf('a'))).toMatchObject({ code: 'accepted', isNew: false });
  expect(world.backstage.journal.payments()).toHaveLength(1);
});

test.each(['before', 'after'] as const)('accept: one call is lost %s the put -> accepted all the same', async (when) => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'journal', when, times: 1 });
  expect(await acceptPayment(portsOf(world, east), shop, requestOf('a'))).toMatchObject({ code: 'accepted' });
});

test('accept: a fault that repeating cannot mend -> not repeated', async () => {
  const world = await createWorld({ seed: 1 });
  let calls = 0;
  const journal = { ...portsOf(world, east).journal, accept: () => Promise.reject((calls += 1, new PortFault({ port: 'journal', retryable: false, message: 'no' }))) };
  expect(await acceptPayment({ ...portsOf(world, east), journal }, shop, requestOf('a'))).toEqual({ code: 'unavailable' });
  expect(calls).toBe(1);
});

test('accept: a bug below -> is not taken for a fault of the world', async () => {
  const world = await createWorld({ seed: 1 });
  const journal = { ...portsOf(world, east).journal, accept: () => Promise.reject(new TypeError('a bug')) };
  await expect(acceptPayment({ ...portsOf(world, east), journal }, shop, requestOf('a'))).rejects.toThrow('a bug');
});

test('hint: this region is not the active one -> to the active one', async () => {
  const world = await createWorld({ seed: 1 });
  await sendHint(portsOf(world, other), keyOf('a'));
  expect(world.backstage.queues.waiting(east)).toEqual([keyOf('a')]);
});

test('hint: the active region\'s queue is gone -> to the local one', async () => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'queue', region: other, when: 'before', times: 1 });
  await sendHint(portsOf(world, other), keyOf('a'));
  expect(world.backstage.queues.waiting(other)).toEqual([keyOf('a')]);
});

test('hint: both queues are gone -> counted, and nothing else happens', async () => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'queue', when: 'before' });
  await sendHint(portsOf(world, other), keyOf('a'));
  expect(world.backstage.regions[other].metrics.counts.get('HintLost')).toBe(1);
});

test('hint: the epoch was never read -> to the local queue', async () => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'epochs', when: 'before' });
  await sendHint(portsOf(world, other), keyOf('a'));
  expect(world.backstage.queues.waiting(other)).toEqual([keyOf('a')]);
});

test('active region: asked often -> read once while fresh, kept when a read fails', async () => {
  const world = await createWorld({ seed: 1 });
  let reads = 0;
  const { epochs } = portsOf(world, other);
  const counted = { ...portsOf(world, other), epochs: { ...epochs, read: () => ((reads += 1), epochs.read()) } };
  const activeRegion = rememberActiveRegion(counted, 1000);
  expect(await Promise.all([activeRegion(), activeRegion(), activeRegion()])).toEqual([east, east, east]);
  expect(reads).toBe(1);
  world.clock.advance(1000);
  world.breakage.add({ part: 'epochs', when: 'before' });
  expect(await activeRegion()).toBe(east);
  expect(reads).toBe(2);
});

test('read: there is no such payment -> not found; unless that cannot be known', async () => {
  const world = await createWorld({ seed: 1 });
  expect(await readPayment(portsOf(world, east), shop, keyOf('a').transactionId)).toEqual({ code: 'not_found' });
  world.breakage.add({ part: 'journal', when: 'before' });
  expect(await readPayment(portsOf(world, east), shop, keyOf('a').transactionId)).toEqual({ code: 'unavailable' });
});

test('read: a read is lost once -> found', async () => {
  const world = await createWorld({ seed: 1 });
  await accepted(world, 'a');
  world.breakage.add({ part: 'journal', when: 'before', times: 1 });
  expect(await readPayment(portsOf(world, east), shop, keyOf('a').transactionId)).toMatchObject({ code: 'found', payment: keyOf('a') });
});

test('read: a payment of the other mode -> not found, as if there were none', async () => {
  const world = await createWorld({ seed: 1 });
  const { transactionId } = await accepted(world, 'a');
  expect(await readPayment(portsOf(world, east), { ...shop, live: false }, transactionId)).toEqual({ code: 'not_found' });
});
