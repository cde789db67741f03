// Settling over the in-memory world: decided once, posted from the decision, told last; and what if the world fails
// right before, right after, or its answer is lost.
import { describe, expect, test } from 'vitest';
import type { Payment, PaymentKey } from '../domain/payment/payment.ts';
import { defaultPaymentPolicy } from '../domain/payment/policy.ts';
import { epochOf } from '../domain/region/epoch.ts';
import type { Acquirer } from '../ports/acquirer.ts';
import { PortFault } from '../ports/fault.ts';
import { acceptPayment } from './accept-payment.ts';
import { settlePayments, settleUnder } from './settle-payments.ts';
import { accepted, alertsOf, createWorld, east, keyOf, other, portsOf, raiseEpoch, refundsThrough, requestOf, rowsIn, shop, stored, told } from './world.test-support.ts';
import type { RegionPorts, World } from './world.test-support.ts';

const HOUR_MS = 3_600_000;

async function settle(world: World, key: PaymentKey, change: Partial<RegionPorts> = {}): Promise<string | undefined> {
  const results = await settlePayments({ ...portsOf(world, east), ...change }, [key]);
  return [...results.values()][0];
}

const rowOf = (world: World, id: string): string | undefined =>
  world.backstage.ledgers.servers[east].rows().find((row) => row.payment.transactionId === id)?.payment.decision.outcome;

/** An acquirer that does something else right after it charged. */
const afterCharge = (acquirer: Acquirer, also: () => Promise<unknown>): Acquirer => ({
  ...refundsThrough(acquirer),
  lookup: (key) => acquirer.lookup(key),
  void: (key, reference) => acquirer.void(key, reference),
  charge: async (request) => {
    const answer = await acquirer.charge(request);
    await also();
    return answer;
  },
});

describe('settle: the plain way', () => {
  test('approved -> one charge, one row, posted under this epoch, processed', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    expect(await settle(world, key)).toBe('settled');
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
    expect(rowsIn(world, east)).toEqual(['a']);
    expect(await stored(world, key)).toMatchObject({ postedEpoch: 1, settledRegion: east, inWork: true, decision: { outcome: 'processed', acquirerReference: 'ch_1', businessDate: '2026-01-05' } });
  });

  test('declined -> failed with the reason, a row, no charge', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.backstage.acquirer.behave({ mode: 'decline' });
    expect(await settle(world, key)).toBe('settled');
    expect(await stored(world, key)).toMatchObject({ decision: { outcome: 'failed', code: 'card_declined' }, postedEpoch: 1 });
    expect(world.backstage.acquirer.netCharges(key)).toBe(0);
    expect(rowOf(world, 'a')).toBe('failed');
    expect(world.backstage.regions[east].metrics.counts.get('ProcessingError')).toBe(1);
  });

  test('again -> dropped: nothing more is charged, posted or alerted', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    await settle(world, key);
    expect(await settle(world, key)).toBe('dropped');
    expect(world.backstage.acquirer.charges()[0]?.requests).toBe(1);
    expect(rowsIn(world, east)).toEqual(['a']);
  });

  test('a batch with a key twice and an unknown one -> one result each', async () => {
    const world = await createWorld({ seed: 1 });
    const [a, b] = [await accepted(world, 'a'), await accepted(world, 'b')];
    const results = await settlePayments(portsOf(world, east), [a, b, a, keyOf('never')]);
    expect(Object.fromEntries(results)).toEqual({ 'shop#a': 'settled', 'shop#b': 'settled', 'shop#never': 'dropped' });
    expect(rowsIn(world, east)).toEqual(['a', 'b']);
  });

  test('newly in the books -> announced once they are marked, and only then', async () => {
    const world = await createWorld({ seed: 1 });
    const mend = world.breakage.add({ part: 'journal', when: 'before', method: 'markPosted' });
    expect(await settle(world, await accepted(world, 'a'))).toBe('waiting');
    expect(world.backstage.regions[east].events.published).toEqual([]);
    mend();
    const marked = await accepted(world, 'b');
    await settle(world, marked);
    await settle(world, marked);
    expect(world.backstage.regions[east].events.published).toMatchObject([marked]);
  });

  test('a row that a lost ledger held is made anew -> announced again, counted once', async () => {
    const world = await createWorld({ seed: 1 });
    const { ledgers, regions } = world.backstage;
    const key = await accepted(world, 'a');
    ledgers.stallReplication();
    await settle(world, key);
    ledgers.servers[east].rebuild(ledgers.servers[other].log);
    ledgers.servers[east].role = 'primary';
    await raiseEpoch(world);
    expect(await settle(world, key)).toBe('settled');
    expect(regions[east].events.published).toMatchObject([key, key]);
    expect(regions[east].metrics.counts.get('PaymentProcessed')).toBe(1);
  });

  test('the topic cannot be reached -> settled all the same', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.breakage.add({ part: 'events', when: 'before' });
    expect(await settle(world, key)).toBe('settled');
  });

  test('from either region, at every attempt -> the acquirer sees the same key', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.backstage.acquirer.behave({ mode: 'charge_no_answer', times: 1 });
    await settle(world, key);
    await settle(world, key);
    expect(world.backstage.acquirer.charges()).toMatchObject([{ requests: 2, idempotencyKey: world.digest('shop#a') }]);
  });
});

describe('settle: who may', () => {
  test('not the active region -> dropped, nothing charged', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    expect([...(await settlePayments(portsOf(world, other), [key])).values()]).toEqual(['dropped']);
    expect(world.backstage.acquirer.charges()).toEqual([]);
  });

  test('active, but moving -> dropped, nothing charged', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const record = await world.epochs.read();
    await world.backstage.epochs.compareAndSet(record, { ...record, epoch: epochOf(2), phase: 'moving' });
    expect(await settle(world, key)).toBe('dropped');
    expect(world.backstage.acquirer.charges()).toEqual([]);
  });

  test('the epoch cannot be read -> waiting, so that the hint stays', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.breakage.add({ part: 'epochs', when: 'before' });
    expect(await settle(world, key)).toBe('waiting');
    expect(world.backstage.acquirer.charges()).toEqual([]);
  });

  test('the fence has moved on since the epoch was read -> nothing posted, nothing marked, no attempt counted', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    await raiseEpoch(world);
    expect([...(await settleUnder(portsOf(world, east), epochOf(1), [key])).values()]).toEqual(['waiting']);
    expect(rowsIn(world, east)).toEqual([]);
    expect(await stored(world, key)).toMatchObject({ postedEpoch: 0, attempts: 0, decision: { outcome: 'processed' } });
    expect(await settle(world, key)).toBe('settled');
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
  });
});

describe('settle: the acquirer has no definite answer', () => {
  test.each(['fail', 'charge_no_answer', 'in_progress'] as const)('%s -> waiting, undecided, no attempt counted; later one charge', async (mode) => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.backstage.acquirer.behave({ mode, times: 5 });
    for (let i = 0; i < 5; i += 1) expect(await settle(world, key)).toBe('waiting');
    expect(await stored(world, key)).toMatchObject({ attempts: 0, postedEpoch: 0 });
    expect((await stored(world, key)).decision).toBeUndefined();
    expect(await settle(world, key)).toBe('settled');
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
  });

  test('invalid, three times -> set aside with an alert, dropped until the next epoch, then tried once more', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.backstage.acquirer.behave({ mode: 'invalid' });
    const statuses: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      await settle(world, key);
      statuses.push(await told(world, key));
    }
    expect(statuses).toEqual(['accepted', 'accepted', 'quarantined', 'quarantined']);
    expect(await stored(world, key)).toMatchObject({ attempts: 3, inWork: true, quarantine: { reason: 'acquirer: invalid_request', epoch: 1 } });
    expect(alertsOf(world)).toEqual(['payment_quarantined']);
    await raiseEpoch(world);
    expect(await settle(world, key)).toBe('waiting');
    expect(await settle(world, key)).toBe('dropped');
    expect(await stored(world, key)).toMatchObject({ attempts: 4, quarantine: { epoch: 2 } });
    await raiseEpoch(world);
    world.backstage.acquirer.behaveWell();
    expect(await settle(world, key)).toBe('settled');
    expect((await stored(world, key)).quarantine).toBeUndefined();
  });
});

describe('settle: late', () => {
  test('past settle_before and never charged -> failed as expired, never charged', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.clock.advance(HOUR_MS);
    expect(await settle(world, key)).toBe('waiting');
    world.clock.advance(defaultPaymentPolicy.chargeInFlightMs);
    expect(await settle(world, key)).toBe('settled');
    expect(await stored(world, key)).toMatchObject({ decision: { outcome: 'failed', code: 'expired' } });
    expect(world.backstage.acquirer.charges()).toEqual([]);
  });

  test('past settle_before, charged before its answer was lost -> the charge stands: processed', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.backstage.acquirer.behave({ mode: 'charge_no_answer', times: 1 });
    await settle(world, key);
    world.clock.advance(HOUR_MS);
    expect(await settle(world, key)).toBe('settled');
    expect(await told(world, key)).toBe('processed');
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
  });

  test.each([['in_progress', 'in_progress'], ['no answer', undefined]] as const)('past settle_before and the lookup says %s -> waiting', async (_what, mode) => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    if (mode) {
      world.backstage.acquirer.behave({ mode, times: 1 });
      await settle(world, key);
    } else world.breakage.add({ part: 'acquirer', when: 'before', method: 'lookup' });
    world.clock.advance(HOUR_MS);
    expect(await settle(world, key)).toBe('waiting');
    expect((await stored(world, key)).decision).toBeUndefined();
  });

  test('the key expired at the acquirer after a lost answer -> looked up, not charged again', async () => {
    const world = await createWorld({ seed: 1 });
    const policy = { ...defaultPaymentPolicy, settleWithinMs: 48 * HOUR_MS };
    await acceptPayment(portsOf(world, east, policy), shop, requestOf('a'));
    world.backstage.acquirer.behave({ mode: 'charge_no_answer', times: 1 });
    await settle(world, keyOf('a'), { policy });
    world.backstage.acquirer.expireKeys();
    world.clock.advance(24 * HOUR_MS);
    expect(await settle(world, keyOf('a'), { policy })).toBe('settled');
    expect(world.backstage.acquirer.charges()).toHaveLength(1);
    expect(world.backstage.acquirer.netCharges(keyOf('a'))).toBe(1);
  });

  test('the key may be forgotten and nothing was ever charged -> charged on the definite "none"', async () => {
    const world = await createWorld({ seed: 1 });
    const policy = { ...defaultPaymentPolicy, settleWithinMs: 48 * HOUR_MS };
    await acceptPayment(portsOf(world, east, policy), shop, requestOf('a'));
    world.clock.advance(23 * HOUR_MS);
    expect(await settle(world, keyOf('a'), { policy })).toBe('settled');
    expect(world.backstage.acquirer.netCharges(keyOf('a'))).toBe(1);
  });
});

describe('settle: an answer is lost', () => {
  const calls = [
    { part: 'journal', method: 'read' }, { part: 'acquirer', method: 'charge' }, { part: 'journal', method: 'decide' }, { part: 'ledger', method: 'post' }, { part: 'journal', method: 'markPosted' },
  ] as const;
  const cases = calls.flatMap((call) => (['before', 'after'] as const).flatMap((when) => [1, 3, 4].map((times) => ({ ...call, when, times }))));

  test.each(cases)('$part.$method fails $times times, $when doing it -> in the end one charge, one row, one outcome', async (broken) => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.breakage.add(broken);
    for (let tries = 0; tries < 6 && (await stored(world, key)).postedEpoch === 0; tries += 1) await settle(world, key);
    expect(await told(world, key)).toBe('processed');
    expect(await stored(world, key)).toMatchObject({ attempts: 0 });
    expect(world.backstage.acquirer.charges()).toHaveLength(1);
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
    expect(rowsIn(world, east)).toEqual(['a']);
  });

  test('the ledger is away for a long time -> no attempt counted, decided once, posted when it is back', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.backstage.ledgers.stop(east);
    for (let i = 0; i < 10; i += 1) expect(await settle(world, key)).toBe('waiting');
    expect(await stored(world, key)).toMatchObject({ attempts: 0, postedEpoch: 0, decision: { outcome: 'processed' } });
    expect(await told(world, key)).toBe('accepted');
    world.backstage.ledgers.start(east);
    expect(await settle(world, key)).toBe('settled');
    expect(world.backstage.acquirer.charges()[0]?.requests).toBe(1);
  });
});

describe('settle: the ledger refuses', () => {
  test('one payment of a batch -> the others are posted, it alone counts attempts and is set aside', async () => {
    const world = await createWorld({ seed: 1 });
    const keys = [await accepted(world, 'a'), await accepted(world, 'bad'), await accepted(world, 'c')];
    world.backstage.ledgers.servers[east].refuse(keyOf('bad'), 'a constraint');
    for (let i = 0; i < 3; i += 1) await settlePayments(portsOf(world, east), keys);
    expect(rowsIn(world, east)).toEqual(['a', 'c']);
    expect(await stored(world, keyOf('a'))).toMatchObject({ attempts: 0, postedEpoch: 1 });
    expect(await stored(world, keyOf('bad'))).toMatchObject({ attempts: 3, postedEpoch: 0, quarantine: { reason: 'ledger: a constraint' } });
    expect(await told(world, keyOf('bad'))).toBe('quarantined');
  });
});

describe('settle: two at once', () => {
  test('both charge the same payment -> one charge, one row, one outcome', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    await Promise.all([settle(world, key), settle(world, key), settle(world, key)]);
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
    expect(rowsIn(world, east)).toEqual(['a']);
  });

  test('the row is made from the decision that won, not from the answer in hand', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const ports = portsOf(world, east);
    const decision = { outcome: 'failed', code: 'expired', decidedAt: world.clock.now(), businessDate: '2026-01-05' as never } as const;
    const acquirer = afterCharge(ports.acquirer, () => world.backstage.journal.decide(key, decision));
    expect(await settle(world, key, { acquirer })).toBe('settled');
    expect(rowOf(world, 'a')).toBe('failed');
    expect(world.backstage.acquirer.netCharges(key)).toBe(0);
    expect(alertsOf(world)).toContain('orphan_charge_voided');
  });

  test('a second charge beside the one that was decided, and its void fails -> a person is told: nobody comes back to it', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const decision = { outcome: 'processed', acquirerReference: 'ch_first', decidedAt: world.clock.now(), businessDate: '2026-01-05' as never } as const;
    const acquirer = afterCharge(portsOf(world, east).acquirer, () => world.backstage.journal.decide(key, decision));
    world.breakage.add({ part: 'acquirer', when: 'before', method: 'void' });
    expect(await settle(world, key, { acquirer })).toBe('waiting');
    expect(await settle(world, key)).toBe('settled');
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
    expect(alertsOf(world)).toEqual(['orphan_charge_stands']);
  });

  test('declined here, and charged anew for somebody who lost the answer before the decline was decided -> given back before the failure is posted', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const { acquirer } = world.backstage;
    acquirer.behave({ mode: 'charge_no_answer', times: 1 });
    acquirer.behave({ mode: 'decline', times: 1 });
    const forgets = afterCharge(acquirer, async () => {
      acquirer.forgetDeclines();
      await settle(world, key);
      expect(acquirer.netCharges(key)).toBe(1);
    });
    expect(await settle(world, key, { acquirer: forgets })).toBe('settled');
    expect([rowOf(world, 'a'), acquirer.netCharges(key)]).toEqual(['failed', 0]);
  });

  test('declined, and the look-up after it fails for an hour -> nobody is told and nothing is posted, then the failure, and no charge', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const { acquirer } = world.backstage;
    acquirer.behave({ mode: 'decline', times: 1 });
    const mute: Acquirer = { ...afterCharge(acquirer, async () => undefined), lookup: () => Promise.reject(new PortFault({ port: 'acquirer', retryable: false, message: 'planted' })) };
    for (let minutes = 0; minutes < 60; minutes += 1) {
      expect(await settle(world, key, { acquirer: mute })).toBe('waiting');
      world.clock.advance(60_000);
    }
    expect([rowsIn(world, east), await told(world, key)]).toEqual([[], 'accepted']);
    expect(await settle(world, key)).toBe('settled');
    expect([rowOf(world, 'a'), await told(world, key), acquirer.charges().length, acquirer.netCharges(key)]).toEqual(['failed', 'failed', 1, 0]);
  });

  test('an acquirer that forgets declines approves the second attempt -> the first decision stands, the approval is voided', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const ports = portsOf(world, east);
    world.backstage.acquirer.behave({ mode: 'decline', times: 1 });
    let again: string | undefined;
    const acquirer = afterCharge(ports.acquirer, async () => {
      world.backstage.acquirer.forgetDeclines();
      again = await settle(world, key);
    });
    await settle(world, key, { acquirer });
    expect(again).toBe('settled');
    expect(await told(world, key)).toBe('processed');
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
    expect(rowOf(world, 'a')).toBe('processed');
  });

  test('a second charge under a forgotten key loses to the first -> only the first stands', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const ports = portsOf(world, east);
    const acquirer = afterCharge(ports.acquirer, async () => {
      world.backstage.acquirer.expireKeys();
      await settle(world, key);
    });
    await settle(world, key, { acquirer });
    expect(world.backstage.acquirer.charges()).toHaveLength(2);
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
    const { decision } = await stored(world, key) as Payment;
    expect(world.backstage.acquirer.charges().find((charge) => !charge.voided)?.reference).toBe(decision?.acquirerReference);
  });

  test('the void of an approval that lost is itself lost -> repeated: nothing stands', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const ports = portsOf(world, east);
    world.breakage.add({ part: 'acquirer', when: 'before', method: 'void', times: 2 });
    const acquirer = afterCharge(ports.acquirer, async () => {
      world.backstage.acquirer.expireKeys();
      await settle(world, key);
    });
    await settle(world, key, { acquirer });
    expect(world.backstage.acquirer.netCharges(key)).toBe(1);
  });
});
