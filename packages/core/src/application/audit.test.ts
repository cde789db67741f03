// The audit over the in-memory world: each fault planted behind the ports, and what must not be taken for one.
import { InMemoryChargeReport, InMemoryLedgerReport, InMemoryOperationLog, InMemorySpool } from '@understudy/adapters/in-memory';
import { describe, expect, test } from 'vitest';
import { minorUnits } from '../domain/money/money.ts';
import { businessDateOf } from '../domain/time.ts';
import { PortFault } from '../ports/fault.ts';
import { audit, AUDIT_QUIET_MS } from './audit.ts';
import type { AuditPorts } from './audit.ts';
import { settlePayments } from './settle-payments.ts';
import { voidOrphans } from './void-orphans.ts';
import { accepted, createWorld, east, keyOf, other, portsOf, raiseEpoch, stored } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const portsFor = (world: World, change: Partial<AuditPorts> = {}): AuditPorts => ({
  epochs: world.epochs, journal: world.journal, workIndex: world.regions[east].workIndex, clock: world.clock,
  ledger: new InMemoryLedgerReport(world.backstage.ledgers.servers[east]),
  acquirer: new InMemoryChargeReport(world.backstage.acquirer),
  spool: new InMemorySpool(), progress: () => {}, ...change,
});

async function reportOf(world: World, change: Partial<AuditPorts> = {}, options: { readonly since?: never } = {}) {
  const result = await audit(portsFor(world, change), { quietMs: AUDIT_QUIET_MS, ...options });
  if (result.code !== 'audited') throw new Error(result.code);
  return result.report;
}

const codesIn = async (world: World, change?: Partial<AuditPorts>) => (await reportOf(world, change)).findings.map((finding) => `${finding.code} ${finding.transactionId}`);

/** Three payments settled and quiet. */
async function settledWorld(): Promise<World> {
  const world = await createWorld({ seed: 1 });
  const keys = [await accepted(world, 'a'), await accepted(world, 'b', other), await accepted(world, 'c')];
  await settlePayments(portsOf(world, east), keys);
  world.clock.advance(AUDIT_QUIET_MS + 1);
  return world;
}

const chargeRequest = (world: World, id: string, minor = 1000n) =>
  ({ ...keyOf(id), live: true, idempotencyKey: world.digest(`shop#${id}`), amount: { minor: minorUnits(minor), currency: 'USD' } });

/** Decided and posted as failed, as by a process that never learned of the charge. */
async function failedAndPosted(world: World, id: string): Promise<void> {
  await accepted(world, id);
  const decidedAt = world.clock.now();
  await world.backstage.journal.decide(keyOf(id), { outcome: 'failed', code: 'expired', decidedAt, businessDate: businessDateOf(decidedAt) });
  world.clock.advance(60_000);
  await settlePayments(portsOf(world, east), [keyOf(id)]);
  world.clock.advance(AUDIT_QUIET_MS + 1);
}

describe('audit', () => {
  test('three settled payments -> nothing found, and the three records agree', async () => {
    const report = await reportOf(await settledWorld());
    const sum = { count: 3, minor: 3000n };
    expect(report).toMatchObject({ read: { journal: 3, ledger: 3, acquirer: 3 }, compared: 3, inFlight: 0, findings: [], findingsLeftOut: 0 });
    expect(report.totals).toMatchObject([{ merchantId: 'shop', currency: 'USD', payments: 3, journal: sum, ledger: sum, acquirer: sum }]);
  });

  test('payments that were accepted, charged or posted moments ago -> in flight', async () => {
    const world = await settledWorld();
    await accepted(world, 'd');
    await settlePayments(portsOf(world, east), [await accepted(world, 'e')]);
    expect(await reportOf(world)).toMatchObject({ compared: 3, inFlight: 2, findings: [] });
  });

  test('a row that is missing from the ledger -> found', async () => {
    const world = await settledWorld();
    const report = new InMemoryLedgerReport(world.backstage.ledgers.servers[east]);
    const hide = <T extends { transactionId: string }>(entry: T | undefined) => (entry?.transactionId === 'b' ? undefined : entry);
    const ledger = {
      page: async (request: { limit: number }) => ({ entries: (await report.page(request)).entries.filter((entry) => hide(entry)) }),
      of: async (key: ReturnType<typeof keyOf>) => hide(await report.of(key)),
    };
    expect(await codesIn(world, { ledger })).toEqual(['missing_in_ledger b']);
  });

  test('a difference that is gone at the second look -> no finding', async () => {
    const world = await settledWorld();
    const report = new InMemoryLedgerReport(world.backstage.ledgers.servers[east]);
    const ledger = { page: async () => ({ entries: [] }), of: (key: ReturnType<typeof keyOf>) => report.of(key) };
    expect(await codesIn(world, { ledger })).toEqual([]);
  });

  test('a second charge after the acquirer forgot the key -> found, voided on request, and then nothing is found', async () => {
    const world = await settledWorld();
    world.backstage.acquirer.expireKeys();
    await world.acquirer.charge(chargeRequest(world, 'a'));
    expect(await codesIn(world)).toEqual(['duplicate_charge a']);
    const [result] = await voidAll(world, ['a']);
    expect(result?.voided).toHaveLength(1);
    expect(world.backstage.acquirer.netCharges(keyOf('a'))).toBe(1);
    const { decision } = await stored(world, keyOf('a'));
    expect(await world.acquirer.lookup({ ...keyOf('a'), live: true })).toEqual({ code: 'approved', reference: decision?.acquirerReference });
    expect(await codesIn(world)).toEqual([]);
  });

  test('an orphan charge -> found; void-orphans gives it back and records it; the next audit finds nothing', async () => {
    const world = await settledWorld();
    await failedAndPosted(world, 'late');
    await world.acquirer.charge(chargeRequest(world, 'late'));
    expect(await codesIn(world)).toEqual(['orphan_charge late']);
    const operations = new InMemoryOperationLog();
    await voidAll(world, ['late'], operations);
    expect(world.backstage.acquirer.netCharges(keyOf('late'))).toBe(0);
    expect(await operations.list(10)).toMatchObject([{ by: 'tester', what: 'void_orphan' }]);
    expect(await codesIn(world)).toEqual([]);
  });

  test('void-orphans of what is undecided, decided a moment ago or unknown -> left alone, and says why', async () => {
    const world = await settledWorld();
    await accepted(world, 'open');
    await world.acquirer.charge(chargeRequest(world, 'open'));
    await world.acquirer.charge(chargeRequest(world, 'stranger'));
    const decidedAt = world.clock.now();
    await accepted(world, 'fresh');
    await world.backstage.journal.decide(keyOf('fresh'), { outcome: 'cancelled', decidedAt, businessDate: businessDateOf(decidedAt) });
    await world.acquirer.charge(chargeRequest(world, 'fresh'));
    const results = await voidAll(world, ['open', 'stranger', 'fresh', 'a']);
    expect(results.map((result) => result.left)).toEqual([
      'it is not decided yet', expect.stringContaining('does not know it'), 'it was decided too recently', 'no charge of it is lost any more',
    ]);
    for (const id of ['open', 'stranger', 'fresh', 'a']) expect(world.backstage.acquirer.netCharges(keyOf(id))).toBe(1);
  });

  test('a void that the acquirer takes and does not carry out -> said, and not called done', async () => {
    const world = await settledWorld();
    await failedAndPosted(world, 'late');
    await world.acquirer.charge(chargeRequest(world, 'late'));
    const { journal, ledger, acquirer, clock } = portsFor(world);
    const [result] = await voidOrphans({ journal, ledger, acquirer, clock, voids: { void: async () => {} }, operations: new InMemoryOperationLog() }, [keyOf('late')], { by: 'tester', epoch: await world.epochs.read(), inFlightMs: 60_000 });
    expect(result).toMatchObject({ voided: [], left: expect.stringContaining('by hand') });
  });

  test('a charge of another amount -> found', async () => {
    const world = await settledWorld();
    await failedAndPosted(world, 'x');
    await accepted(world, 'd');
    await world.acquirer.charge(chargeRequest(world, 'd', 999n));
    const { reference } = await world.acquirer.lookup({ ...keyOf('d'), live: true }) as { reference: string };
    const decidedAt = world.clock.now();
    await world.backstage.journal.decide(keyOf('d'), { outcome: 'processed', acquirerReference: reference, decidedAt, businessDate: businessDateOf(decidedAt) });
    await settlePayments(portsOf(world, east), [keyOf('d')]);
    world.clock.advance(AUDIT_QUIET_MS + 1);
    expect(await codesIn(world)).toEqual(['amount_differs d']);
  });

  test('rows that an earlier epoch posted and this ledger lacks -> in flight while in work, so a fresh failover finds nothing', async () => {
    const world = await settledWorld();
    await raiseEpoch(world);
    const ledger = { page: async () => ({ entries: [] }), of: async () => undefined };
    expect(await reportOf(world, { ledger })).toMatchObject({ compared: 0, inFlight: 3, findings: [] });
  });

  test('the epoch changes while it runs, or a move is under way -> no report', async () => {
    const world = await settledWorld();
    const report = new InMemoryLedgerReport(world.backstage.ledgers.servers[east]);
    const ledger = {
      page: async (request: { limit: number }) => {
        await raiseEpoch(world);
        return report.page(request);
      },
      of: report.of.bind(report),
    };
    expect(await audit(portsFor(world, { ledger }), { quietMs: 0 })).toEqual({ code: 'moving' });
    const record = await world.epochs.read();
    await world.epochs.compareAndSet(record, { ...record, phase: 'moving' });
    expect(await audit(portsFor(world), { quietMs: 0 })).toEqual({ code: 'moving' });
  });

  test('an answer lost in the middle -> asked again; a record that stays away -> the fault, never a short report', async () => {
    const world = await settledWorld();
    world.breakage.add({ part: 'workIndex', when: 'after', region: east, times: 2 });
    expect(await reportOf(world)).toMatchObject({ compared: 3 });
    world.backstage.ledgers.stop(east);
    const away = audit(portsFor(world), { quietMs: 0 });
    await expect(away).rejects.toBeInstanceOf(PortFault);
  });

  test('--since -> only what changed after it', async () => {
    const world = await settledWorld();
    const since = world.clock.now();
    await settlePayments(portsOf(world, east), [await accepted(world, 'd')]);
    world.clock.advance(AUDIT_QUIET_MS + 1);
    const result = await audit(portsFor(world), { quietMs: AUDIT_QUIET_MS, since });
    expect(result).toMatchObject({ code: 'audited', report: { compared: 1 } });
  });
});

async function voidAll(world: World, ids: readonly string[], operations = new InMemoryOperationLog()) {
  const { journal, ledger, acquirer, clock } = portsFor(world);
  return voidOrphans({ journal, ledger, acquirer, clock, voids: world.acquirer, operations }, ids.map(keyOf), { by: 'tester', epoch: await world.epochs.read(), inFlightMs: 60_000 });
}
