// Purging over the in-memory world, and every door through which a purged payment may be asked for.
import { InMemoryBookmarks } from '@understudy/adapters/in-memory';
import { describe, expect, test } from 'vitest';
import { isPortFault } from '../ports/fault.ts';
import { acceptPayment } from './accept-payment.ts';
import { audit, AUDIT_QUIET_MS } from './audit.ts';
import { cancelPayment } from './cancel-payment.ts';
import { confirm } from './confirm.ts';
import { InMemoryChargeReport, InMemoryLedgerReport, InMemorySpool } from '@understudy/adapters/in-memory';
import { processPayment } from './process-payment.ts';
import { purge } from './purge.ts';
import type { PurgePorts } from './purge.ts';
import { readPayment } from './read-payment.ts';
import { reconcile } from './reconcile.ts';
import { settlePayments } from './settle-payments.ts';
import type { Session } from '../domain/session/session.ts';
import { opened, paying } from './session.test-support.ts';
import { accepted, createWorld, east, keyOf, noGrace, other, portsOf, raiseEpoch, requestOf, shop, stored } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const DAY_MS = 86_400_000;
const policy = { purgeAfterMs: 400 * DAY_MS, passMs: 600_000 };

const purgePorts = (world: World, change: Partial<PurgePorts> = {}): PurgePorts => ({
  region: east, epochs: world.epochs, workIndex: world.regions[east].workIndex, upkeep: world.backstage.journal, oldHolds: world.backstage.holds,
  bookmarks: new InMemoryBookmarks(), clock: world.clock, log: world.regions[east].log, ...change,
});

/** Settled in the active region and confirmed by the standby. */
async function settled(world: World, ...ids: readonly string[]): Promise<void> {
  const keys = [];
  for (const id of ids) keys.push(await accepted(world, id));
  await settlePayments(portsOf(world, east), keys);
  await confirm(portsOf(world, other));
}

async function purgedWorld(decline = false): Promise<World> {
  const world = await createWorld({ seed: 1 });
  if (decline) world.backstage.acquirer.behave({ mode: 'decline' });
  await settled(world, 'old');
  world.clock.advance(policy.purgeAfterMs + 1);
  expect(await purge(purgePorts(world), policy)).toEqual({ code: 'walked', looked: 1, purged: 1, ended: true });
  return world;
}

describe('purge', () => {
  test('of many payments -> only what is decided, posted, confirmed and old enough', async () => {
    const world = await createWorld({ seed: 1 });
    await settled(world, 'old');
    await settlePayments(portsOf(world, east), [await accepted(world, 'unconfirmed')]);
    await accepted(world, 'undecided');
    await cancelPayment(portsOf(world, east), shop, keyOf('spent').transactionId);
    world.clock.advance(policy.purgeAfterMs + 1);
    await settled(world, 'young');
    expect((await purge(purgePorts(world), policy)).purged).toBe(2);
    const purged = world.backstage.journal.payments().filter((payment) => payment.tombstone).map((payment) => payment.transactionId);
    // The standby confirmed it together with the young one.
    expect(purged).toEqual(['old', 'unconfirmed']);
  });

  test('again -> nothing more to do', async () => {
    const world = await purgedWorld();
    expect((await purge(purgePorts(world), policy)).purged).toBe(0);
  });

  test('in the region that is not active, or while a move is under way -> idle', async () => {
    const world = await createWorld({ seed: 1 });
    expect((await purge(purgePorts(world, { region: other }), policy)).code).toBe('idle');
    const record = await world.epochs.read();
    await world.epochs.compareAndSet(record, { ...record, phase: 'moving' });
    expect((await purge(purgePorts(world), policy)).code).toBe('idle');
  });

  test('a pass that takes too long -> ends, and the next goes on from there', async () => {
    const world = await createWorld({ seed: 1 });
    const ids = Array.from({ length: 1100 }, (_, i) => `p${i}`);
    for (const id of ids) await accepted(world, id);
    const bookmarks = new InMemoryBookmarks();
    const passes = [];
    for (let pass = 1; pass <= 3; pass += 1) passes.push(await purge(purgePorts(world, { bookmarks }), { ...policy, passMs: 0 }));
    expect(passes.map(({ looked, ended }) => [looked, ended])).toEqual([[500, false], [500, false], [100, true]]);
    expect((await purge(purgePorts(world, { bookmarks }), { ...policy, passMs: 0 })).looked).toBe(500);
  });

  test('the table goes away in the middle -> a fault; the next pass finishes', async () => {
    const world = await createWorld({ seed: 1 });
    await settled(world, 'a', 'b', 'c');
    world.clock.advance(policy.purgeAfterMs + 1);
    const mend = world.breakage.add({ part: 'workIndex', when: 'before', region: east });
    const fault: unknown = await purge(purgePorts(world), policy).catch((error: unknown) => error);
    expect(isPortFault(fault)).toBe(true);
    mend();
    expect((await purge(purgePorts(world), policy)).purged).toBe(3);
  });
});

describe('purge: the hold of a session', () => {
  const holdOf = (world: World, session: Session) => world.backstage.holds.read(session);

  async function paidSession(decline = false): Promise<{ readonly world: World; readonly session: Session }> {
    const world = await createWorld({ seed: 1 });
    const session = await opened(world);
    if (decline) world.backstage.acquirer.behave({ mode: 'decline' });
    expect((await acceptPayment(portsOf(world, east), shop, paying('old', session))).code).toBe('accepted');
    await settlePayments(portsOf(world, east), [keyOf('old')]);
    await confirm(portsOf(world, other));
    return { world, session };
  }

  test('its payment is purged -> removed; the payment repeated with its session -> the same answer, and no new hold', async () => {
    const { world, session } = await paidSession();
    expect(await holdOf(world, session)).toBeDefined();
    world.clock.advance(policy.purgeAfterMs + 1);
    expect((await purge(purgePorts(world), policy)).purged).toBe(1);
    expect(await holdOf(world, session)).toBeUndefined();
    expect(await acceptPayment(portsOf(world, other), shop, paying('old', session))).toMatchObject({ code: 'accepted', isNew: false });
    expect(await holdOf(world, session)).toBeUndefined();
  });

  test('the pass dies between hold and payment -> the next one purges the payment', async () => {
    const { world, session } = await paidSession();
    world.clock.advance(policy.purgeAfterMs + 1);
    const upkeep = { ...purgePorts(world).upkeep, purge: () => Promise.reject(new Error('died')) };
    await expect(purge(purgePorts(world, { upkeep }), policy)).rejects.toThrow('died');
    expect([await holdOf(world, session), (await stored(world, keyOf('old'))).tombstone]).toEqual([undefined, undefined]);
    expect((await purge(purgePorts(world), policy)).purged).toBe(1);
  });

  test('another payment took it over -> it stays until that one is purged', async () => {
    const { world, session } = await paidSession(true);
    world.backstage.acquirer.behave({ mode: 'approve' });
    expect((await acceptPayment(portsOf(world, east), shop, paying('second', session))).code).toBe('accepted');
    world.clock.advance(policy.purgeAfterMs + 1);
    await purge(purgePorts(world), policy);
    expect((await holdOf(world, session))?.transactionId).toBe('second');
  });
});

describe('a purged payment', () => {
  test('accepted again with the same content -> the same answer; with other content, or in the other mode -> refused; and nothing is charged', async () => {
    const world = await createWorld({ seed: 1 });
    await settled(world, 'old');
    const before = await acceptPayment(portsOf(world, east), shop, requestOf('old'));
    world.clock.advance(policy.purgeAfterMs + 1);
    await purge(purgePorts(world), policy);
    const after = await acceptPayment(portsOf(world, other), shop, requestOf('old'));
    if (before.code !== 'accepted' || after.code !== 'accepted') throw new Error('not accepted');
    expect(after.isNew).toBe(false);
    expect(after.payment.tombstone).toMatchObject({ acceptedAt: before.payment.acceptance?.acceptedAt, acceptedRegion: before.payment.acceptance?.acceptedRegion });
    const amount = { ...requestOf('old').amount, currency: 'EUR' };
    expect((await acceptPayment(portsOf(world, east), shop, requestOf('old', { amount }))).code).toBe('idempotency_conflict');
    expect((await acceptPayment(portsOf(world, east), { ...shop, live: false }, requestOf('old'))).code).toBe('idempotency_conflict');
    await settlePayments(portsOf(world, east), [keyOf('old')]);
    expect(world.backstage.acquirer.charges()).toHaveLength(1);
  });

  test.each([[false, 'processed'], [true, 'failed']])('processed again (declined: %s) -> the outcome it had', async (decline, outcome) => {
    const world = await purgedWorld(decline);
    const result = await processPayment(portsOf(world, east), shop, requestOf('old'));
    expect(result).toMatchObject({ code: 'outcome', payment: { decision: { outcome } } });
    expect(world.backstage.acquirer.charges()).toHaveLength(1);
  });

  test('read -> gone; in the other mode -> not found', async () => {
    const world = await purgedWorld();
    expect(await readPayment(portsOf(world, other), shop, keyOf('old').transactionId)).toEqual({ code: 'gone' });
    expect(await readPayment(portsOf(world, other), { ...shop, live: false }, keyOf('old').transactionId)).toEqual({ code: 'not_found' });
  });

  test('cancelled -> decided already; one that had been cancelled -> cancelled', async () => {
    const world = await purgedWorld();
    expect(await cancelPayment(portsOf(world, east), shop, keyOf('old').transactionId)).toEqual({ code: 'already_decided' });
    await accepted(world, 'given-up');
    await cancelPayment(portsOf(world, east), shop, keyOf('given-up').transactionId);
    world.clock.advance(60_000);
    await settlePayments(portsOf(world, east), [keyOf('given-up')]);
    await confirm(portsOf(world, other));
    world.clock.advance(policy.purgeAfterMs + 1);
    expect((await purge(purgePorts(world), policy)).purged).toBe(1);
    expect(await cancelPayment(portsOf(world, east), shop, keyOf('given-up').transactionId)).toEqual({ code: 'cancelled' });
  });

  test('a hint, a walk, a strong scan of a later epoch -> nothing to do, and no backlog', async () => {
    const world = await purgedWorld();
    await raiseEpoch(world);
    expect([...(await settlePayments(portsOf(world, east), [keyOf('old')])).values()]).toEqual(['dropped']);
    expect(await reconcile(portsOf(world, east), noGrace, 'scan')).toMatchObject({ code: 'walked', settled: 0, backlog: 0 });
    expect((await stored(world, keyOf('old'))).tombstone).toBeDefined();
  });

  test('audited -> agrees with the ledger and the acquirer, and is counted', async () => {
    const world = await purgedWorld();
    const { backstage } = world;
    const result = await audit({
      epochs: world.epochs, journal: world.journal, workIndex: world.regions[east].workIndex, clock: world.clock, spool: new InMemorySpool(), progress: () => {},
      ledger: new InMemoryLedgerReport(backstage.ledgers.servers[east]), acquirer: new InMemoryChargeReport(backstage.acquirer),
    }, { quietMs: AUDIT_QUIET_MS });
    const sum = { count: 1, minor: 1000n };
    expect(result).toMatchObject({ code: 'audited', report: { compared: 1, inFlight: 0, findings: [], totals: [{ journal: sum, ledger: sum, acquirer: sum }] } });
  });
});
