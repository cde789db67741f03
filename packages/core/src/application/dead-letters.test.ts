// Dead letters and payments that were set aside, in the operator's hands: what is brought back is safe however old it
// is, what is given up is decided like anything else, and each act is on record.
import { InMemoryDeadLetters, InMemoryOperationLog } from '@understudy/adapters/in-memory';
import { describe, expect, test } from 'vitest';
import { defaultPaymentPolicy } from '../domain/payment/policy.ts';
import { discardLetters, listLetters, redriveLetters } from './dead-letters.ts';
import { discardPayment, listSetAside, redrivePayment } from './set-aside.ts';
import type { SetAsidePorts } from './set-aside.ts';
import { settlePayments } from './settle-payments.ts';
import { accepted, createWorld, east, keyOf, portsOf, rowsIn, stored, told } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const DAY_MS = 86_400_000;
const by = 'tester';
const reason = 'the customer paid in cash';

function desk(world: World, operations = new InMemoryOperationLog()) {
  const ports: SetAsidePorts = { journal: world.journal, upkeep: world.backstage.journal, epochs: world.epochs, queue: world.backstage.queues, operations, clock: world.clock };
  const letters = new InMemoryDeadLetters(east, world.backstage.queues);
  return { ports, operations, letters, letterPorts: { letters, operations, clock: world.clock } };
}

/** Set aside after three refusals of the acquirer. */
async function setAside(world: World, id: string): Promise<void> {
  const key = await accepted(world, id);
  world.backstage.acquirer.behave({ mode: 'invalid', match: (other) => other.transactionId === id });
  for (let attempt = 1; attempt <= defaultPaymentPolicy.attemptsMax; attempt += 1) await settlePayments(portsOf(world, east), [key]);
  expect(await told(world, key)).toBe('quarantined');
}

/** What the queue's consumer does with every hint that waits. */
async function settleHints(world: World): Promise<void> {
  for (let key = world.backstage.queues.take(east); key; key = world.backstage.queues.take(east)) await settlePayments(portsOf(world, east), [key]);
}

const netCharges = (world: World, id: string) => world.backstage.acquirer.netCharges(keyOf(id));

describe('set aside', () => {
  test('a payment that was set aside -> listed, with its reason; others are not', async () => {
    const world = await createWorld({ seed: 1 });
    await setAside(world, 'bad');
    await accepted(world, 'waiting');
    const { payments, complete } = await listSetAside({ journal: world.journal, workIndex: world.regions[east].workIndex });
    expect({ ids: payments.map((payment) => payment.transactionId), complete }).toEqual({ ids: ['bad'], complete: true });
    expect(payments[0]?.quarantine.reason).toContain('acquirer');
  });

  test('tried once more after the cause is gone -> settled; and recorded', async () => {
    const world = await createWorld({ seed: 1 });
    await setAside(world, 'bad');
    world.backstage.acquirer.behaveWell();
    const { ports, operations } = desk(world);
    expect(await redrivePayment(ports, keyOf('bad'), { by })).toEqual({ code: 'done' });
    await settleHints(world);
    expect(await told(world, keyOf('bad'))).toBe('processed');
    expect(await operations.list(10)).toMatchObject([{ what: 'redrive', by, subject: 'payment:shop:bad' }]);
  });

  test('tried once more while the cause is still there -> set aside again at its first fault', async () => {
    const world = await createWorld({ seed: 1 });
    await setAside(world, 'bad');
    await redrivePayment(desk(world).ports, keyOf('bad'), { by });
    await settleHints(world);
    expect(await told(world, keyOf('bad'))).toBe('quarantined');
  });

  test.each([
    ['the acquirer took the money and forgot its keys', true, 'processed', 1],
    ['the acquirer never took it and forgot its keys', false, 'failed', 0],
  ])('tried once more on day 10, %s -> looked up, never charged anew', async (_what, charged, status, charges) => {
    const world = await createWorld({ seed: 1 });
    await setAside(world, 'bad');
    world.backstage.acquirer.behaveWell();
    if (charged) await world.acquirer.charge({ ...keyOf('bad'), live: true, idempotencyKey: world.digest('shop#bad'), amount: (await stored(world, keyOf('bad'))).acceptance?.amount ?? never() });
    world.clock.advance(10 * DAY_MS);
    world.backstage.acquirer.expireKeys();
    await redrivePayment(desk(world).ports, keyOf('bad'), { by });
    await settleHints(world);
    world.clock.advance(defaultPaymentPolicy.chargeInFlightMs);
    await settlePayments(portsOf(world, east), [keyOf('bad')]);
    expect({ status: await told(world, keyOf('bad')), charges: netCharges(world, 'bad') }).toEqual({ status, charges });
    expect(world.backstage.acquirer.charges()).toHaveLength(charges);
  });

  test('given up -> failed as discarded, in the books, and a charge that was made after all is given back', async () => {
    const world = await createWorld({ seed: 1 });
    await setAside(world, 'bad');
    world.backstage.acquirer.behaveWell();
    await world.acquirer.charge({ ...keyOf('bad'), live: true, idempotencyKey: world.digest('shop#bad'), amount: (await stored(world, keyOf('bad'))).acceptance?.amount ?? never() });
    const { ports, operations } = desk(world);
    expect(await discardPayment(ports, keyOf('bad'), { by, reason })).toEqual({ code: 'done' });
    world.clock.advance(defaultPaymentPolicy.chargeInFlightMs);
    await settleHints(world);
    expect(await stored(world, keyOf('bad'))).toMatchObject({ decision: { outcome: 'failed', code: 'discarded' } });
    expect({ told: await told(world, keyOf('bad')), rows: rowsIn(world, east), net: netCharges(world, 'bad') }).toEqual({ told: 'failed', rows: ['bad'], net: 0 });
    expect(await operations.list(10)).toMatchObject([{ what: 'discard', by, reason }]);
  });

  test('given up twice, after its answer was lost -> one decision, and no fault', async () => {
    const world = await createWorld({ seed: 1 });
    await setAside(world, 'bad');
    world.breakage.add({ part: 'journal', when: 'after', method: 'decide', times: 1 });
    expect(await discardPayment(desk(world).ports, keyOf('bad'), { by, reason })).toEqual({ code: 'done' });
    const { decision } = await stored(world, keyOf('bad'));
    world.clock.advance(1000);
    expect(await discardPayment(desk(world).ports, keyOf('bad'), { by, reason })).toEqual({ code: 'already_decided', outcome: 'failed' });
    expect((await stored(world, keyOf('bad'))).decision).toEqual(decision);
  });

  test('what is not set aside, decided or unknown -> refused, nothing changed and nothing on record', async () => {
    const world = await createWorld({ seed: 1 });
    await accepted(world, 'waiting');
    await settlePayments(portsOf(world, east), [await accepted(world, 'done')]);
    const { ports, operations } = desk(world);
    expect(await discardPayment(ports, keyOf('waiting'), { by, reason })).toEqual({ code: 'not_set_aside' });
    expect(await redrivePayment(ports, keyOf('waiting'), { by })).toEqual({ code: 'not_set_aside' });
    expect(await discardPayment(ports, keyOf('done'), { by, reason })).toEqual({ code: 'already_decided', outcome: 'processed' });
    expect(await redrivePayment(ports, keyOf('nobody'), { by })).toEqual({ code: 'not_found' });
    expect(await discardPayment(ports, keyOf('nobody'), { by, reason })).toEqual({ code: 'not_found' });
    expect(await operations.list(10)).toEqual([]);
  });

  test('the hint is lost -> done all the same: the payment is in work', async () => {
    const world = await createWorld({ seed: 1 });
    await setAside(world, 'bad');
    world.backstage.queues.fail(east, true);
    expect(await redrivePayment(desk(world).ports, keyOf('bad'), { by })).toEqual({ code: 'done' });
    expect((await stored(world, keyOf('bad'))).quarantine).toBeUndefined();
  });
});

describe('dead letters', () => {
  async function buried() {
    const world = await createWorld({ seed: 1 });
    const at = desk(world);
    for (const id of ['a', 'b', 'c']) at.letters.bury(await accepted(world, id), world.clock.now());
    return { world, ...at };
  }

  test('listed -> all, and still there', async () => {
    const { letters } = await buried();
    expect(await listLetters(letters)).toHaveLength(3);
    expect(await listLetters(letters)).toHaveLength(3);
  });

  test('one brought back -> its payment is settled; the others stay; one record', async () => {
    const { world, letters, letterPorts, operations } = await buried();
    expect(await redriveLetters(letterPorts, (letter) => letter.id === '2', { by })).toHaveLength(1);
    await settleHints(world);
    expect([await told(world, keyOf('a')), await told(world, keyOf('b'))]).toEqual(['accepted', 'processed']);
    expect((await listLetters(letters)).map((letter) => letter.key?.transactionId)).toEqual(['a', 'c']);
    expect(await operations.list(10)).toMatchObject([{ what: 'redrive', subject: 'letter:us-east-1:payments:2' }]);
  });

  test('all brought back, twice, ten days later -> each payment has at most one charge and its one outcome', async () => {
    const { world, letterPorts, letters } = await buried();
    await settlePayments(portsOf(world, east), [keyOf('a')]);
    world.clock.advance(10 * DAY_MS);
    world.backstage.acquirer.expireKeys();
    for (let round = 1; round <= 2; round += 1) {
      await redriveLetters(letterPorts, () => true, { by });
      await settleHints(world);
      for (const id of ['a', 'b', 'c']) letters.bury(keyOf(id), world.clock.now());
      world.clock.advance(defaultPaymentPolicy.chargeInFlightMs);
    }
    expect(await Promise.all(['a', 'b', 'c'].map((id) => told(world, keyOf(id))))).toEqual(['processed', 'failed', 'failed']);
    expect(world.backstage.acquirer.charges()).toHaveLength(1);
  });

  test('thrown away -> gone with a reason on record, and its payment is untouched', async () => {
    const { world, letters, letterPorts, operations } = await buried();
    await discardLetters(letterPorts, () => true, { by, reason });
    expect(await listLetters(letters)).toEqual([]);
    expect(await told(world, keyOf('a'))).toBe('accepted');
    expect(await operations.list(10)).toMatchObject([{ what: 'discard', reason, subject: '3 letters of us-east-1:payments' }]);
  });

  test('none picked -> nothing on record', async () => {
    const { letterPorts, operations } = await buried();
    expect(await redriveLetters(letterPorts, () => false, { by })).toEqual([]);
    expect(await operations.list(10)).toEqual([]);
  });
});

function never(): never {
  throw new Error('the stage is not as it should be');
}
