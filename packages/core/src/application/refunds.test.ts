// The life of refunds over the in-memory world: accepted anywhere, given back once, in the books once, and found again
// whatever dies on the way.
import { describe, expect, test } from 'vitest';
import type { PaymentKey, TransactionId } from '../domain/payment/payment.ts';
import { refundId, refundsOf, refundStatusOf } from '../domain/refund/refund.ts';
import type { Region } from '../domain/region/region.ts';
import type { Acquirer } from '../ports/acquirer.ts';
import { PortFault } from '../ports/fault.ts';
import { acceptRefund } from './accept-refund.ts';
import type { AcceptRefundResult } from './accept-refund.ts';
import { confirm } from './confirm.ts';
import { reconcile } from './reconcile.ts';
import { settlePayments } from './settle-payments.ts';
import { oldestUnpostedAgeMs } from './work-pages.ts';
import { accepted, alertsOf, createWorld, east, noGrace, other, portsOf, raiseEpoch, refundsThrough, rowsIn, shop, stored } from './world.test-support.ts';
import type { RegionPorts, World } from './world.test-support.ts';

const HOUR_MS = 3_600_000;

/** A payment of 10.00 USD that is in the books. */
async function paid(world: World, id = 'a'): Promise<PaymentKey> {
  const key = await accepted(world, id);
  await settle(world, key);
  return key;
}

const settle = async (world: World, key: PaymentKey, change: Partial<RegionPorts> = {}): Promise<string | undefined> =>
  [...(await settlePayments({ ...portsOf(world, east), ...change }, [key])).values()][0];

const ask = (world: World, transactionId: TransactionId, id: string, amount?: string, region: Region = other): Promise<AcceptRefundResult> =>
  acceptRefund(portsOf(world, region), shop, { transactionId, request: { refundId: refundId(id), ...(amount !== undefined && { amount }) } });

async function refunding(world: World, id = 'r1', amount = '4.00'): Promise<PaymentKey> {
  const key = await paid(world);
  expect(await ask(world, key.transactionId, id, amount)).toMatchObject({ code: 'accepted', isNew: true });
  return key;
}

/** The east's server is lost; the other region goes on with what its own had by then. */
async function failOver(world: World): Promise<void> {
  const { epochs, ledgers } = world.backstage;
  ledgers.stop(east);
  await ledgers.failOver(other);
  const record = await epochs.read();
  const epoch = (record.epoch + 1) as typeof record.epoch;
  await ledgers.raiseFence(other, { from: record.ledgerEpoch, to: epoch });
  await epochs.compareAndSet(record, { ...record, epoch, ledgerEpoch: epoch, activeRegion: other, at: world.clock.now() });
}

const statuses = async (world: World, key: PaymentKey): Promise<string> => refundsOf(await stored(world, key)).map(refundStatusOf).join(' ');
const refundRows = (world: World, region: Region = east): string => world.backstage.ledgers.servers[region].refundRows().map((row) => `${row.refund.refundId} ${row.refund.decision.outcome}`).join(', ');
const netRefunds = (world: World, key: PaymentKey, id = 'r1'): number => world.backstage.acquirer.netRefunds(key, refundId(id));

describe('refunds: accepting', () => {
  test('the answer of the write is lost -> repeated, accepted once, and one refund', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    world.breakage.add({ part: 'journal', when: 'after', method: 'acceptRefund', times: 1 });
    expect(await ask(world, key.transactionId, 'r1')).toMatchObject({ code: 'accepted', isNew: true });
    expect(refundsOf(await stored(world, key))).toHaveLength(1);
  });

  test('the journal never answers -> unavailable; the same again later -> the refund that was accepted', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    const mend = world.breakage.add({ part: 'journal', when: 'after', method: 'acceptRefund' });
    expect(await ask(world, key.transactionId, 'r1')).toEqual({ code: 'unavailable' });
    mend();
    expect(await ask(world, key.transactionId, 'r1', undefined, east)).toMatchObject({ code: 'accepted', isNew: false, refund: { amountMinor: 1000n } });
  });

  test('50 parts at once through both regions that exceed the charge -> as many as fit, the others refused for that reason', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    const results = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(world, key.transactionId, `r${i}`, '0.30', i % 2 === 0 ? east : other)));
    const codes = results.map((result) => result.code);
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(33);
    expect(codes.filter((code) => code === 'exceeds_charge')).toHaveLength(17);
  });

  test('with a key of the other mode -> not found, as for an id nobody has', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    const result = await acceptRefund(portsOf(world, east), { ...shop, live: false }, { transactionId: key.transactionId, request: { refundId: refundId('r1') } });
    expect(result).toEqual({ code: 'not_found' });
  });

  test('more left meanwhile, because another refund failed -> accepted after all', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world, 'r1', '10.00');
    const { refunds, ...ports } = portsOf(world, other);
    world.backstage.acquirer.behave({ mode: 'decline', times: 1 });
    const slow: typeof refunds = { decideRefund: (...given) => refunds.decideRefund(...given), acceptRefund: async (...given) => {
      await settle(world, key);
      return refunds.acceptRefund(...given);
    } };
    expect(await ask(world, key.transactionId, 'r2')).toEqual({ code: 'exceeds_charge' });
    await settle(world, key);
    const result = await acceptRefund({ ...ports, refunds: slow }, shop, { transactionId: key.transactionId, request: { refundId: refundId('r2') } });
    expect(result).toMatchObject({ code: 'accepted', refund: { amountMinor: 1000n } });
  });
});

describe('refunds: settling', () => {
  test('accepted -> given back once, posted after its payment, told; the payment is not charged again', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    expect(await statuses(world, key)).toBe('accepted');
    expect(await settle(world, key)).toBe('settled');
    expect(await statuses(world, key)).toBe('processed');
    expect([netRefunds(world, key), refundRows(world), rowsIn(world, east)]).toEqual([1, 'r1 processed', ['a']]);
    expect(world.backstage.acquirer.charges()[0]?.requests).toBe(1);
    expect(world.backstage.regions[east].events.published.flat()).toHaveLength(2);
    expect(await settle(world, key)).toBe('dropped');
  });

  test('declined, or refused as such -> failed, in the books as such, and its amount is there again', async () => {
    for (const mode of ['decline', 'invalid'] as const) {
      const world = await createWorld({ seed: 1 });
      const key = await refunding(world, 'r1', '10.00');
      world.backstage.acquirer.behave({ mode, times: 1 });
      expect(await settle(world, key)).toBe('settled');
      expect([await statuses(world, key), refundRows(world), netRefunds(world, key)]).toEqual(['failed', 'r1 failed', 0]);
      expect(await ask(world, key.transactionId, 'r2')).toMatchObject({ code: 'accepted', refund: { amountMinor: 1000n } });
    }
  });

  test('one in progress -> it waits and holds up no other; its outcome follows', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    world.backstage.acquirer.behave({ mode: 'in_progress' });
    expect(await settle(world, key)).toBe('waiting');
    world.backstage.acquirer.behave({ mode: 'approve' });
    await ask(world, key.transactionId, 'r2', '1.00');
    const { acquirer } = portsOf(world, east);
    const still: typeof acquirer = {
      charge: (request) => acquirer.charge(request), lookup: (charge) => acquirer.lookup(charge), void: (charge, reference) => acquirer.void(charge, reference),
      ...refundsThrough(acquirer),
      refund: async (order) => (order.refundId === 'r1' ? { code: 'in_progress' } : acquirer.refund(order)),
    };
    expect(await settle(world, key, { acquirer: still })).toBe('waiting');
    expect(await statuses(world, key)).toBe('accepted processed');
    expect(await settle(world, key)).toBe('settled');
    expect([await statuses(world, key), netRefunds(world, key)]).toEqual(['processed processed', 1]);
  });

  test('many, and an acquirer that takes a second for each -> the pass ends in time, and later ones do the rest', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    for (let n = 0; n < 30; n += 1) await ask(world, key.transactionId, `r${n}`, '0.10');
    const { acquirer } = portsOf(world, east);
    const slow: typeof acquirer = {
      charge: (request) => acquirer.charge(request), lookup: (charge) => acquirer.lookup(charge), void: (charge, reference) => acquirer.void(charge, reference),
      ...refundsThrough(acquirer),
      refund: async (order) => {
        world.clock.advance(1000);
        return acquirer.refund(order);
      },
    };
    const before = world.clock.now();
    expect(await settle(world, key, { acquirer: slow })).toBe('waiting');
    expect(world.clock.now() - before).toBeLessThan(15_000);
    expect(await settle(world, key)).toBe('settled');
    expect(world.backstage.acquirer.refunds().map((record) => record.requests)).toEqual(Array.from({ length: 30 }, () => 1));
  });

  const calls = [['journal', 'read'], ['acquirer', 'refund'], ['journal', 'decideRefund'], ['ledger', 'post'], ['journal', 'markPosted']] as const;
  test.each(calls.flatMap(([part, method]) => (['before', 'after'] as const).map((when) => ({ part, method, when }))))('dies $when $part.$method -> later settled, given back once, one row', async (broken) => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    const mend = world.breakage.add({ ...broken, region: east });
    await settle(world, key);
    mend();
    expect(await reconcile(portsOf(world, east), noGrace)).toMatchObject({ waiting: 0, backlog: 0 });
    expect([await statuses(world, key), netRefunds(world, key), refundRows(world)]).toEqual(['processed', 1, 'r1 processed']);
    expect(await confirm(portsOf(world, other))).toMatchObject({ confirmed: 1 });
  });

  test('the answer was lost and the key may be forgotten by now -> looked up, not given back again', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    world.backstage.acquirer.behave({ mode: 'charge_no_answer', times: 1 });
    expect(await settle(world, key)).toBe('waiting');
    world.backstage.acquirer.expireKeys();
    world.clock.advance(23 * HOUR_MS);
    expect(await settle(world, key)).toBe('settled');
    expect([await statuses(world, key), world.backstage.acquirer.refunds().length]).toEqual(['processed', 1]);
  });

  test('never asked for and a day old -> looked up first, then given back', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    world.clock.advance(48 * HOUR_MS);
    expect(await settle(world, key)).toBe('settled');
    expect([await statuses(world, key), netRefunds(world, key)]).toEqual(['processed', 1]);
  });

  test('declined here, and given back for somebody who lost the answer before the decline was decided -> processed, as the money says', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    const { acquirer } = world.backstage;
    const forgetful: Acquirer = { ...refundsThrough(acquirer), charge: (request) => acquirer.charge(request), lookup: (of) => acquirer.lookup(of), void: (of, reference) => acquirer.void(of, reference), refund: async (order) => {
      await acquirer.refund(order);
      return { code: 'declined', reference: 'rf_declined', reason: 'refused' };
    } };
    expect(await settle(world, key, { acquirer: forgetful })).toBe('settled');
    expect([refundRows(world), netRefunds(world, key), alertsOf(world)]).toEqual(['r1 processed', 1, []]);
  });

  test('declined, and the look-up after it fails -> undecided, nothing is told; later the same decline is', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    const { acquirer } = world.backstage;
    acquirer.behave({ mode: 'decline', times: 1 });
    const mute: Acquirer = { ...refundsThrough(acquirer), charge: (request) => acquirer.charge(request), lookup: (of) => acquirer.lookup(of), void: (of, reference) => acquirer.void(of, reference),
      lookupRefund: () => Promise.reject(new PortFault({ port: 'acquirer', retryable: true, message: 'planted' })) };
    await settle(world, key, { acquirer: mute });
    expect([refundRows(world), await statuses(world, key)]).toEqual(['', 'accepted']);
    await settle(world, key);
    expect([refundRows(world), await statuses(world, key), netRefunds(world, key)]).toEqual(['r1 failed', 'failed', 0]);
  });

  test('an acquirer that forgets its decline and gives back after all -> the decision stands, and operators are told', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    world.backstage.acquirer.behave({ mode: 'decline', times: 1 });
    const { acquirer } = portsOf(world, east);
    const racing: typeof acquirer = {
      charge: (request) => acquirer.charge(request), lookup: (charge) => acquirer.lookup(charge), void: (charge, reference) => acquirer.void(charge, reference),
      ...refundsThrough(acquirer),
      refund: async (order) => {
        await settle(world, key);
        world.backstage.acquirer.expireKeys();
        return acquirer.refund(order);
      },
    };
    await settle(world, key, { acquirer: racing });
    expect([await statuses(world, key), refundRows(world)]).toEqual(['failed', 'r1 failed']);
    expect(alertsOf(world)).toContain('refund_differs');
  });

  test('accepted between a posting and its mark -> the mark does not hide it', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    const { ledger } = portsOf(world, east);
    const slow: typeof ledger = {
      withSnapshot: (use) => ledger.withSnapshot(use),
      post: async (epoch, payments) => {
        const result = await ledger.post(epoch, payments);
        await ask(world, key.transactionId, 'r2', '1.00');
        return result;
      },
    };
    expect(await settle(world, key, { ledger: slow })).toBe('waiting');
    expect(await statuses(world, key)).toBe('processed accepted');
    expect(await confirm(portsOf(world, other))).toMatchObject({ confirmed: 0 });
    expect(await settle(world, key)).toBe('settled');
    expect(await confirm(portsOf(world, other))).toMatchObject({ confirmed: 1 });
  });
});

describe('refunds: found again', () => {
  test.each(['index', 'scan'] as const)('the hint was lost -> the next pass over the %s settles it, and none is left', async (over) => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    if (over === 'scan') world.backstage.regions[east].workIndex.stall();
    expect(await reconcile(portsOf(world, east), noGrace, over)).toMatchObject({ settled: 1, waiting: 0 });
    expect([await statuses(world, key), netRefunds(world, key)]).toEqual(['processed', 1]);
    expect(await reconcile(portsOf(world, east), noGrace, over)).toMatchObject({ settled: 0, waiting: 0 });
  });

  test('its payment was confirmed long ago -> found by the scan too, though the index shows nothing', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    await confirm(portsOf(world, other));
    world.backstage.regions[east].workIndex.stall();
    await ask(world, key.transactionId, 'r1');
    expect(await reconcile(portsOf(world, east), noGrace)).toMatchObject({ settled: 0 });
    expect(await reconcile(portsOf(world, east), noGrace, 'scan')).toMatchObject({ settled: 1 });
  });

  test('the standby has not its row yet -> its payment stays in work until it has', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    world.backstage.ledgers.stallReplication();
    await settle(world, key);
    expect(await confirm(portsOf(world, other))).toMatchObject({ confirmed: 0 });
    world.backstage.ledgers.resumeReplication();
    expect(await confirm(portsOf(world, other))).toMatchObject({ confirmed: 1 });
    expect((await stored(world, key)).inWork).toBe(false);
  });

  test('an index that lags behind the refund -> the standby confirms nothing by it', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    world.backstage.regions[other].workIndex.stall();
    await ask(world, key.transactionId, 'r1');
    expect(await confirm(portsOf(world, other))).toMatchObject({ confirmed: 0 });
    expect((await stored(world, key)).inWork).toBe(true);
  });

  test('told, and its row lost with its ledger -> backlog after the move, restored with its payment and in that order, not given back again', async () => {
    const world = await createWorld({ seed: 1 });
    world.backstage.ledgers.stallReplication();
    const key = await refunding(world);
    await settle(world, key);
    await failOver(world);
    expect([rowsIn(world, other), refundRows(world, other)]).toEqual([[], '']);
    expect(await reconcile(portsOf(world, other), noGrace)).toMatchObject({ settled: 1, backlog: 0 });
    expect([rowsIn(world, other), refundRows(world, other), netRefunds(world, key)]).toEqual([['a'], 'r1 processed', 1]);
    expect(world.backstage.acquirer.refunds()[0]?.requests).toBe(1);
  });

  test('accepted before a move and undecided -> backlog until it is in the books', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await refunding(world);
    world.clock.advance(1000);
    await raiseEpoch(world);
    world.backstage.acquirer.behave({ mode: 'in_progress' });
    for (const over of ['index', 'scan'] as const) expect(await reconcile(portsOf(world, east), noGrace, over)).toMatchObject({ backlog: 1 });
    world.backstage.acquirer.behave({ mode: 'approve' });
    expect(await reconcile(portsOf(world, east), noGrace)).toMatchObject({ backlog: 0 });
    expect(await statuses(world, key)).toBe('processed');
  });

  test.each([
    ['the new ledger lacks', 1],
    ['the new ledger holds', 0],
  ] as const)('accepted after a move and undecided, of a payment whose row %s -> the scan counts %i as backlog', async (_what, backlog) => {
    const world = await createWorld({ seed: 1 });
    if (backlog === 1) world.backstage.ledgers.stallReplication();
    const key = await paid(world);
    world.clock.advance(1000);
    await failOver(world);
    world.clock.advance(1000);
    await ask(world, key.transactionId, 'r1');
    world.backstage.acquirer.behave({ mode: 'in_progress' });
    world.breakage.add({ part: 'ledger', when: 'before', method: 'post' });
    expect(await reconcile(portsOf(world, other), noGrace, 'scan')).toMatchObject({ backlog, waiting: 1 });
  });

  test('told before a move and its row lost, and another accepted after it -> backlog for the one that was told', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    world.backstage.ledgers.stallReplication();
    await ask(world, key.transactionId, 'r1', '4.00');
    await settle(world, key);
    await failOver(world);
    world.clock.advance(1000);
    await ask(world, key.transactionId, 'r2', '4.00');
    world.breakage.add({ part: 'ledger', when: 'before', method: 'post' });
    expect(await reconcile(portsOf(world, other), noGrace, 'scan')).toMatchObject({ backlog: 1 });
  });

  test('one that waits -> counts for the age of the oldest; one that was marked does not', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await paid(world);
    world.clock.advance(60_000);
    await ask(world, key.transactionId, 'r1');
    world.clock.advance(5000);
    const record = await world.epochs.read();
    const age = () => oldestUnpostedAgeMs({ workIndex: world.regions[other].workIndex, journal: world.journal, clock: world.clock }, record);
    expect(await age()).toBe(5000);
    world.backstage.regions[other].workIndex.stall();
    await settle(world, key);
    expect(await age()).toBeUndefined();
  });
});
