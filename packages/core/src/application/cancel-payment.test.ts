// Cancelling over the in-memory world: who gave up can make sure, and no charge stands for what was cancelled.
import { expect, test } from 'vitest';
import { keyText } from '../domain/payment/payment.ts';
import { defaultPaymentPolicy } from '../domain/payment/policy.ts';
import { cancelPayment } from './cancel-payment.ts';
import { settlePayments } from './settle-payments.ts';
import { accepted, alertsOf, createWorld, east, keyOf, other, portsOf, refundsThrough, rowsIn, shop, stored, told } from './world.test-support.ts';

test('cancel: a live payment with a test key of the same merchant -> conflict, and it is charged as if nothing had been said', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  expect(await cancelPayment(portsOf(world, east), { ...shop, live: false }, key.transactionId)).toMatchObject({ code: 'idempotency_conflict' });
  expect((await stored(world, key)).decision).toBeUndefined();
});

test('cancel: undecided -> cancelled at once, then posted without a charge', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  expect(await cancelPayment(portsOf(world, other), shop, key.transactionId)).toEqual({ code: 'cancelled' });
  expect(await told(world, key)).toBe('cancelled');
  expect(world.backstage.queues.waiting(east)).toEqual([key]);
  expect([...(await settlePayments(portsOf(world, east), [key])).values()]).toEqual(['waiting']);
  expect(rowsIn(world, east)).toEqual([]);
  world.clock.advance(defaultPaymentPolicy.chargeInFlightMs);
  await settlePayments(portsOf(world, east), [key]);
  expect(rowsIn(world, east)).toEqual(['a']);
  expect(world.backstage.acquirer.charges()).toEqual([]);
  expect(await stored(world, key)).toMatchObject({ postedEpoch: 1, decision: { outcome: 'cancelled' } });
});

test('cancel: an id nobody has seen, twice -> cancelled, spent, and no work for anybody', async () => {
  const world = await createWorld({ seed: 1 });
  expect(await cancelPayment(portsOf(world, east), shop, keyOf('never').transactionId)).toEqual({ code: 'cancelled' });
  expect(await cancelPayment(portsOf(world, other), shop, keyOf('never').transactionId)).toEqual({ code: 'cancelled' });
  expect(await stored(world, keyOf('never'))).toMatchObject({ inWork: false, decision: { outcome: 'cancelled' } });
  expect([...(await settlePayments(portsOf(world, east), [keyOf('never')])).values()]).toEqual(['dropped']);
  expect(rowsIn(world, east)).toEqual([]);
});

test('cancel: twice -> cancelled twice', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  expect(await cancelPayment(portsOf(world, east), shop, key.transactionId)).toEqual({ code: 'cancelled' });
  world.clock.advance(5000);
  expect(await cancelPayment(portsOf(world, other), shop, key.transactionId)).toEqual({ code: 'cancelled' });
});

test.each(['processed', 'failed'])('cancel: already %s -> already decided, and stays so', async (outcome) => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  if (outcome === 'failed') world.backstage.acquirer.behave({ mode: 'decline' });
  await settlePayments(portsOf(world, east), [key]);
  expect(await cancelPayment(portsOf(world, east), shop, key.transactionId)).toEqual({ code: 'already_decided' });
  expect(await told(world, key)).toBe(outcome);
});

test.each(['before', 'after'] as const)('cancel: the journal\'s answers are lost, %s -> unavailable; cancelled again it is sure', async (when) => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  const mend = world.breakage.add({ part: 'journal', when, method: 'decide' });
  expect(await cancelPayment(portsOf(world, east), shop, key.transactionId)).toEqual({ code: 'unavailable' });
  mend();
  expect(await cancelPayment(portsOf(world, east), shop, key.transactionId)).toEqual({ code: 'cancelled' });
});

test('cancel: one answer of the decision is lost -> still known to be mine', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  world.breakage.add({ part: 'journal', when: 'after', method: 'decide', times: 1 });
  expect(await cancelPayment(portsOf(world, east), shop, key.transactionId)).toEqual({ code: 'cancelled' });
});

/** Cancels at the moment when the charge has been made and its decision not yet written. */
test('cancel: racing a charge that was made -> cancelled, the charge voided and alarmed, net zero', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  const ports = portsOf(world, east);
  const acquirer: typeof ports.acquirer = {
    ...refundsThrough(ports.acquirer),
    lookup: (asked) => ports.acquirer.lookup(asked),
    void: (asked, reference) => ports.acquirer.void(asked, reference),
    charge: async (request) => {
      const answer = await ports.acquirer.charge(request);
      expect(await cancelPayment(portsOf(world, other), shop, key.transactionId)).toEqual({ code: 'cancelled' });
      return answer;
    },
  };
  expect([...(await settlePayments({ ...ports, acquirer }, [key])).values()]).toEqual(['settled']);
  expect(world.backstage.acquirer.charges()).toHaveLength(1);
  expect(world.backstage.acquirer.netCharges(key)).toBe(0);
  expect(await told(world, key)).toBe('cancelled');
  expect(alertsOf(world)).toContain('orphan_charge_voided');
});

test('cancel: after a charge whose settler died -> the next settler voids it before it posts', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  world.backstage.acquirer.behave({ mode: 'charge_no_answer', times: 1 });
  expect([...(await settlePayments(portsOf(world, east), [key])).values()]).toEqual(['waiting']);
  await cancelPayment(portsOf(world, other), shop, key.transactionId);
  world.clock.advance(defaultPaymentPolicy.chargeInFlightMs);
  world.breakage.add({ part: 'acquirer', when: 'before', method: 'void', times: 1 });
  await settlePayments(portsOf(world, east), [key]);
  await settlePayments(portsOf(world, east), [key]);
  expect(world.backstage.acquirer.netCharges(key)).toBe(0);
  expect(await stored(world, key)).toMatchObject({ postedEpoch: 1, decision: { outcome: 'cancelled' } });
});

test('cancel: the charge was on its way when the books were asked, and its settler died -> still voided, never posted around it', async () => {
  const world = await createWorld({ seed: 1 });
  const key = await accepted(world, 'a');
  await cancelPayment(portsOf(world, other), shop, key.transactionId);
  await settlePayments(portsOf(world, east), [key]);
  // It arrives now: whoever sent it is dead and will not hear that its decision lost.
  const { acceptance } = await stored(world, key);
  if (!acceptance) throw new Error('it was accepted');
  await world.acquirer.charge({ ...key, idempotencyKey: world.digest(keyText(key)), amount: acceptance.amount, live: acceptance.live });
  expect(world.backstage.acquirer.netCharges(key)).toBe(1);
  world.clock.advance(defaultPaymentPolicy.chargeInFlightMs);
  await settlePayments(portsOf(world, east), [key]);
  expect(world.backstage.acquirer.netCharges(key)).toBe(0);
  expect(await stored(world, key)).toMatchObject({ postedEpoch: 1, decision: { outcome: 'cancelled' } });
});
