// The safety net over the in-memory world: everything not known to be in this epoch's ledger is found again, by the
// index or past it, and nothing is paid twice by it.
import { describe, expect, test } from 'vitest';
import { keyText } from '../domain/payment/payment.ts';
import type { Payment } from '../domain/payment/payment.ts';
import { PortFault } from '../ports/fault.ts';
import type { LedgerSnapshot } from '../ports/ledger.ts';
import { reconcile } from './reconcile.ts';
import type { ReconcilePass } from './reconcile.ts';
import { settlePayments } from './settle-payments.ts';
import { walkOfWork } from './work-pages.ts';
import { accepted, createWorld, east, keyOf, noGrace, other, portsOf, raiseEpoch, rowsIn, stored, told } from './world.test-support.ts';
import type { RegionPorts, World } from './world.test-support.ts';

const pass = (world: World, over: 'index' | 'scan' = 'index', policy = noGrace): Promise<ReconcilePass> => reconcile(portsOf(world, east), policy, over);

const many = async (world: World, count: number, prefix = 'p'): Promise<void> => {
  for (let i = 0; i < count; i += 1) await accepted(world, `${prefix}${i}`);
};

describe('reconcile: the plain way', () => {
  test.each(['index', 'scan'] as const)('a payment whose hint was lost, over the %s -> settled, and the next pass finds nothing', async (over) => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    expect(await pass(world, over)).toEqual({ code: 'walked', marked: 0, settled: 1, waiting: 0, backlog: 0 });
    expect(await told(world, key)).toBe('processed');
    expect(await pass(world, over)).toEqual({ code: 'walked', marked: 0, settled: 0, waiting: 0, backlog: 0 });
  });

  test('a long backlog -> two batches under way at a time, and never more', async () => {
    const world = await createWorld({ seed: 1 });
    await many(world, 120);
    const ports = portsOf(world, east);
    const both = Promise.withResolvers<undefined>();
    let [underWay, most] = [0, 0];
    const post: RegionPorts['ledger']['post'] = async (...batch) => {
      underWay += 1;
      most = Math.max(most, underWay);
      if (underWay === 2) both.resolve(undefined);
      await both.promise;
      const result = await ports.ledger.post(...batch);
      underWay -= 1;
      return result;
    };
    const ledger: RegionPorts['ledger'] = { post, withSnapshot: (use) => ports.ledger.withSnapshot(use) };
    expect(await reconcile({ ...ports, ledger }, { graceMs: 0, settleMax: 500 })).toMatchObject({ settled: 120, waiting: 0 });
    expect(most).toBe(2);
  });

  test('a row that is there and a mark that was lost -> marked, the acquirer not asked', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const mend = world.breakage.add({ part: 'journal', when: 'before', method: 'markPosted' });
    await settlePayments(portsOf(world, east), [key]);
    mend();
    expect(await told(world, key)).toBe('accepted');
    expect(await pass(world)).toMatchObject({ marked: 1, settled: 0, waiting: 0 });
    expect(await told(world, key)).toBe('processed');
    expect(world.backstage.acquirer.charges()[0]?.requests).toBe(1);
  });

  test('a decision that was made and a row that is missing -> posted from the decision, the acquirer not asked to charge', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    world.backstage.ledgers.stop(east);
    await settlePayments(portsOf(world, east), [key]);
    world.backstage.ledgers.start(east);
    expect(await pass(world)).toMatchObject({ settled: 1 });
    expect(world.backstage.acquirer.charges()[0]?.requests).toBe(1);
  });

  test('a thousand payments in every shard -> each settled once', async () => {
    const world = await createWorld({ seed: 1 });
    await many(world, 1000);
    expect(await pass(world)).toMatchObject({ settled: 1000, waiting: 0 });
    expect(new Set(rowsIn(world, east)).size).toBe(1000);
    expect(world.backstage.acquirer.charges()).toHaveLength(1000);
  });

  test('a pass that is to keep out of the way of another -> begins as many shards ahead of it, and walks all the same', async () => {
    const world = await createWorld({ seed: 1 });
    const walked = async (shardsAhead: number): Promise<readonly number[]> => {
      const shards: number[] = [];
      const query: RegionPorts['workIndex']['query'] = async ({ shard }) => ({ entries: [], ...(shards.push(shard) < 0 && { cursor: '' }) });
      await reconcile({ ...portsOf(world, east), workIndex: { ...portsOf(world, east).workIndex, all: async () => undefined, query } }, { ...noGrace, shardsAhead });
      return shards;
    };
    const [plain, ahead] = [await walked(0), await walked(32)];
    expect(ahead[0]).toBe(((plain[0] ?? 0) + 32) % 64);
    expect(new Set(ahead)).toEqual(new Set(plain));
    expect(ahead).toHaveLength(plain.length);
  });

  test('more in one shard than a page holds -> every entry is walked once', async () => {
    const world = await createWorld({ seed: 1 });
    const entries = Array.from({ length: 1234 }, (_, i) => ({ key: keyOf(`p${String(i).padStart(5, '0')}`), postedEpoch: 0 as never, acceptedAt: i as never }));
    const index = {
      ...portsOf(world, east).workIndex,
      all: async () => undefined,
      query: async ({ shard, limit, cursor }: { readonly shard: number; readonly limit: number; readonly cursor?: string }) => {
        const start = Number(cursor ?? 0);
        const rest = shard === 17 ? entries.slice(start, start + limit) : [];
        return { entries: rest, ...(shard === 17 && start + limit < entries.length && { cursor: String(start + limit) }) };
      },
    };
    const walked: string[] = [];
    for await (const page of walkOfWork(index, { posted: 'below', epoch: 1 as never })) walked.push(...page.map((entry) => entry.key.transactionId));
    expect(walked).toEqual(entries.map((entry) => entry.key.transactionId));
  });
});

/** An index that shows `perShard` entries in each of its shards, all posted under epoch 1. */
const fullIndex = (ports: RegionPorts, perShard: number): RegionPorts['workIndex'] => ({
  scan: (page) => ports.workIndex.scan(page),
  all: async () => undefined,
  query: async ({ shard, limit, cursor }) => {
    const start = Number(cursor ?? 0);
    const entries = Array.from({ length: Math.min(limit, perShard - start) }, (_, i) => ({ key: keyOf(`p${shard}-${start + i}`), postedEpoch: 1 as never, acceptedAt: 1 as never }));
    return { entries, ...(start + limit < perShard && { cursor: String(start + limit) }) };
  },
});

/** A ledger that holds every row, and a journal that takes every mark. */
async function markingOnly(perShard: number): Promise<RegionPorts> {
  const world = await createWorld({ seed: 1 });
  await raiseEpoch(world);
  const ports = portsOf(world, east);
  const ledger: typeof ports.ledger = {
    post: (epoch, payments) => ports.ledger.post(epoch, payments),
    withSnapshot: (use) => ports.ledger.withSnapshot(({ fence, inRecovery }) => use({ fence, inRecovery, present: async (keys) => new Map(keys.map((key) => [keyText(key), []])) })),
  };
  const journal: typeof ports.journal = Object.create(ports.journal, { markPosted: { value: async () => true } }) as typeof ports.journal;
  return { ...ports, ledger, journal, workIndex: fullIndex(ports, perShard) };
}

const counting = (snapshot: LedgerSnapshot, asked: number[]): LedgerSnapshot => ({
  fence: snapshot.fence,
  inRecovery: snapshot.inRecovery,
  present: (keys) => {
    asked.push(keys.length);
    return snapshot.present(keys);
  },
});

describe('reconcile: a snapshot that must not idle', () => {
  test('full shards -> at most a page of marks between two questions, so that the snapshot does not idle for long', async () => {
    const ports = await markingOnly(600);
    const asked: number[] = [];
    const ledger: typeof ports.ledger = {
      post: (epoch, payments) => ports.ledger.post(epoch, payments),
      withSnapshot: (use) => ports.ledger.withSnapshot((snapshot) => use(counting(snapshot, asked))),
    };
    expect(await reconcile({ ...ports, ledger }, noGrace)).toMatchObject({ marked: 64 * 600 });
    expect(Math.max(...asked)).toBe(500);
  });

  test('a scan that finds nothing missing for pages on end -> the ledger is asked at each of them all the same', async () => {
    const world = await createWorld({ seed: 1 });
    await many(world, 1200);
    await pass(world, 'index', { graceMs: 0, settleMax: 2000 });
    const ports = portsOf(world, east);
    const asked: number[] = [];
    const ledger: typeof ports.ledger = {
      post: (epoch, payments) => ports.ledger.post(epoch, payments),
      withSnapshot: (use) => ports.ledger.withSnapshot((snapshot) => use(counting(snapshot, asked))),
    };
    expect(await reconcile({ ...ports, ledger }, { graceMs: 0, settleMax: 1000 }, 'scan')).toMatchObject({ marked: 0, waiting: 0 });
    expect(asked.length).toBeGreaterThanOrEqual(3);
  });

  test('more than a pass may mark -> it ends and says that it did not see everything', async () => {
    const result = await reconcile(await markingOnly(1500), noGrace);
    expect(result.marked).toBeGreaterThanOrEqual(50_000);
    expect(result.marked).toBeLessThan(50_500);
    expect(result.backlog).toBeGreaterThan(0);
  });
});

describe('reconcile: who may', () => {
  test('not active, or moving -> idle', async () => {
    const world = await createWorld({ seed: 1 });
    await accepted(world, 'a');
    expect(await reconcile(portsOf(world, other), noGrace)).toMatchObject({ code: 'idle' });
    const record = await world.epochs.read();
    await world.backstage.epochs.compareAndSet(record, { ...record, phase: 'moving' });
    expect(await pass(world)).toMatchObject({ code: 'idle' });
    expect(rowsIn(world, east)).toEqual([]);
  });

  test('the ledger carries another fence, or is a standby -> fenced, nothing marked', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    await settlePayments(portsOf(world, east), [key]);
    const record = await world.epochs.read();
    await world.backstage.epochs.compareAndSet(record, { ...record, epoch: 2 as never });
    expect(await pass(world)).toMatchObject({ code: 'fenced' });
    world.backstage.ledgers.servers[east].role = 'standby';
    expect(await pass(world)).toMatchObject({ code: 'fenced' });
    expect(await stored(world, key)).toMatchObject({ postedEpoch: 1 });
  });

  test('the epoch moves on between its reading and the marks -> the marks carry the epoch that was read', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await accepted(world, 'a');
    const ports = portsOf(world, east);
    const mend = world.breakage.add({ part: 'journal', when: 'before', method: 'markPosted' });
    await settlePayments(ports, [key]);
    mend();
    const ledger: typeof ports.ledger = {
      post: (epoch, payments) => ports.ledger.post(epoch, payments),
      withSnapshot: (use) => ports.ledger.withSnapshot(async (snapshot) => {
        const present = async (keys: Parameters<typeof snapshot.present>[0]) => {
          await raiseEpoch(world);
          return snapshot.present(keys);
        };
        return use({ fence: snapshot.fence, inRecovery: snapshot.inRecovery, present });
      }),
    };
    await reconcile({ ...ports, ledger }, noGrace);
    expect(await stored(world, key)).toMatchObject({ postedEpoch: 1 });
  });

  test.each(['index', 'scan'] as const)('the %s cannot be read -> throws, so that nobody takes it for empty', async (over) => {
    const world = await createWorld({ seed: 1 });
    world.breakage.add({ part: 'workIndex', when: 'before' });
    await expect(pass(world, over)).rejects.toMatchObject({ port: 'journal' });
  });
});

describe('reconcile: grace and rate', () => {
  const policy = { graceMs: 30_000, settleMax: 1000 };

  test('accepted moments ago -> left to its hint; after the grace -> settled', async () => {
    const world = await createWorld({ seed: 1 });
    await accepted(world, 'a');
    expect(await pass(world, 'index', policy)).toMatchObject({ settled: 0, backlog: 0 });
    world.clock.advance(30_000);
    expect(await pass(world, 'index', policy)).toMatchObject({ settled: 1 });
  });

  test('accepted before this epoch opened -> no grace: its hint may have died with a region', async () => {
    const world = await createWorld({ seed: 1 });
    await accepted(world, 'a');
    world.clock.advance(1);
    await raiseEpoch(world);
    expect(await pass(world, 'index', policy)).toMatchObject({ settled: 1, backlog: 0 });
  });

  test('more than a pass may settle -> the rest waits for the next pass', async () => {
    const world = await createWorld({ seed: 1 });
    await many(world, 25);
    const limited = { graceMs: 0, settleMax: 10 };
    expect(await pass(world, 'index', limited)).toMatchObject({ settled: 10, waiting: 15 });
    expect(await pass(world, 'index', limited)).toMatchObject({ settled: 10, waiting: 5 });
    expect(await pass(world, 'index', limited)).toMatchObject({ settled: 5, waiting: 0 });
  });

  test('more payments set aside than a pass may settle -> they do not keep the others out for ever', async () => {
    const world = await createWorld({ seed: 1 });
    await many(world, 40, 'bad');
    world.backstage.acquirer.behave({ mode: 'invalid', match: (key) => key.transactionId.startsWith('bad') });
    for (let i = 0; i < 3; i += 1) await pass(world);
    world.clock.advance(1000);
    await many(world, 10, 'good');
    for (let i = 0; i < 70; i += 1) {
      await pass(world, 'index', { graceMs: 0, settleMax: 5 });
      world.clock.advance(1000);
    }
    expect(rowsIn(world, east)).toHaveLength(10);
  });
});

describe('reconcile: what a failover lost', () => {
  /** East settles `count` payments of which west holds none, and dies; west is promoted and opened under epoch 2. */
  async function afterFailover(count: number): Promise<World> {
    const world = await createWorld({ seed: 1 });
    world.backstage.ledgers.stallReplication();
    await many(world, count);
    await settlePayments(portsOf(world, east), Array.from({ length: count }, (_, i) => keyOf(`p${i}`)));
    world.backstage.ledgers.stop(east);
    await world.cluster.failOver(other);
    await world.control.raiseFence(other, { from: 1 as never, to: 2 as never });
    const record = await world.epochs.read();
    world.clock.advance(1);
    await world.backstage.epochs.compareAndSet(record, { ...record, epoch: 2 as never, activeRegion: other, ledgerEpoch: 2 as never, at: world.clock.now() });
    return world;
  }

  test.each(['index', 'scan'] as const)('settled in the lost primary, over the %s -> rows restored, nobody charged again', async (over) => {
    const world = await afterFailover(30);
    expect(await reconcile(portsOf(world, other), noGrace, over)).toMatchObject({ settled: 30, backlog: 0 });
    expect(rowsIn(world, other)).toHaveLength(30);
    expect(world.backstage.acquirer.charges().every((charge) => charge.requests === 1)).toBe(true);
    expect(await reconcile(portsOf(world, other), noGrace, over)).toMatchObject({ settled: 0, backlog: 0 });
  });

  test('a zombie\'s late mark carries the old epoch -> redone, not believed', async () => {
    const world = await afterFailover(0);
    const key = await accepted(world, 'late', other);
    await world.backstage.journal.decide(key, { outcome: 'processed', acquirerReference: 'ch_zombie', decidedAt: world.clock.now(), businessDate: '2026-01-05' as never });
    await world.backstage.journal.markPosted(key, { epoch: 1 as never, at: world.clock.now(), region: east, acceptedAt: world.clock.now() });
    expect(await reconcile(portsOf(world, other), noGrace)).toMatchObject({ settled: 1 });
    expect(rowsIn(world, other)).toEqual(['late']);
    expect(await stored(world, key)).toMatchObject({ postedEpoch: 2 });
  });

  test('far more that is new than a pass looks at, over the index -> a pass over all of it leaves backlog; one over the backlog alone settles that and nothing else', async () => {
    const world = await afterFailover(30);
    for (let i = 0; i < 4000; i += 1) await accepted(world, `new${i}`, other);
    const policy = { graceMs: 0, settleMax: 40 };
    const all = await reconcile(portsOf(world, other), policy);
    expect(all.backlog).toBeGreaterThan(0);
    const news = rowsIn(world, other).filter((id) => id.startsWith('new'));
    expect(await reconcile(portsOf(world, other), { ...policy, backlogOnly: true })).toMatchObject({ waiting: 0, backlog: 0 });
    expect(rowsIn(world, other).filter((id) => id.startsWith('p'))).toHaveLength(30);
    expect(rowsIn(world, other).filter((id) => id.startsWith('new'))).toEqual(news);
  });

  test('what is new is damaged or refused, over the scan -> a pass over the backlog alone does not look at it', async () => {
    const world = await afterFailover(3);
    await accepted(world, 'new', other);
    world.backstage.acquirer.behave({ mode: 'fail', match: (key) => key.transactionId === 'new' });
    expect(await reconcile(portsOf(world, other), { ...noGrace, backlogOnly: true }, 'scan')).toMatchObject({ settled: 3, waiting: 0, backlog: 0 });
    expect(world.backstage.acquirer.charges().map((charge) => charge.transactionId)).not.toContain('new');
  });

  test('what was posted before comes first -> restored before anything new is charged', async () => {
    const world = await afterFailover(25);
    for (let i = 0; i < 10; i += 1) await accepted(world, `new${i}`, other);
    await reconcile(portsOf(world, other), { graceMs: 0, settleMax: 1000 });
    expect(rowsIn(world, other)).toHaveLength(35);
    expect(rowsIn(world, other).slice(0, 25).every((id) => id.startsWith('p'))).toBe(true);
  });

  test('more payments that the acquirer says nothing about than a pass may settle -> what was told is restored all the same', async () => {
    const world = await afterFailover(20);
    await many(world, 200, 'stuck');
    world.backstage.acquirer.behave({ mode: 'in_progress', match: (key) => key.transactionId.startsWith('stuck') });
    for (let i = 0; i < 4; i += 1) await reconcile(portsOf(world, other), { graceMs: 0, settleMax: 5 });
    expect(rowsIn(world, other)).toHaveLength(20);
  });

  test('far more than a pass may settle -> it looks at a bounded part, says that there is more, and restores what was told all the same', async () => {
    const world = await afterFailover(20);
    await many(world, 7000, 'stuck');
    world.backstage.acquirer.behave({ mode: 'in_progress', match: (key) => key.transactionId.startsWith('stuck') });
    const ports = portsOf(world, other);
    let looks = 0;
    const counting = (snapshot: LedgerSnapshot): LedgerSnapshot => ({ ...snapshot, present: (keys) => {
      looks += keys.length;
      return snapshot.present(keys);
    } });
    const ledger: RegionPorts['ledger'] = { post: (...all) => ports.ledger.post(...all), withSnapshot: (use) => ports.ledger.withSnapshot((snapshot) => use(counting(snapshot))) };
    const { backlog } = await reconcile({ ...ports, ledger }, { graceMs: 0, settleMax: 20 });
    expect(looks).toBeLessThan(4000);
    expect(backlog).toBeGreaterThan(0);
    expect(rowsIn(world, other)).toHaveLength(20);
  });

  test('the index stopped following before any of it -> the index shows nothing, the scan finds all', async () => {
    const world = await createWorld({ seed: 1 });
    world.backstage.regions[east].workIndex.stall();
    await many(world, 700);
    expect(await pass(world, 'index')).toMatchObject({ settled: 0, backlog: 0 });
    expect(await pass(world, 'scan')).toMatchObject({ settled: 700 });
  });

  test('a payment that cannot be read, among those that a scan finds -> the others are restored, and the move is not called healed', async () => {
    const world = await afterFailover(3);
    const ports = portsOf(world, other);
    const damaged = keyOf('p1');
    const fault = async () => Promise.reject(new PortFault({ port: 'journal', retryable: false, message: 'malformed' }));
    const journal: typeof ports.journal = Object.create(ports.journal, { read: { value: (key: typeof damaged) => (key.transactionId === 'p1' ? fault() : ports.journal.read(key)) } }) as typeof ports.journal;
    const workIndex: typeof ports.workIndex = {
      query: (query) => ports.workIndex.query(query),
      all: (limit) => ports.workIndex.all(limit),
      scan: async (page) => {
        const whole = await ports.workIndex.scan(page);
        return { ...whole, payments: whole.payments.filter((payment) => payment.transactionId !== 'p1'), unreadable: [damaged] };
      },
    };
    expect(await reconcile({ ...ports, journal, workIndex }, noGrace, 'scan')).toMatchObject({ settled: 2, waiting: 1, backlog: 1 });
  });

  test('a stale index that still shows what is settled -> dropped, no backlog, no charge', async () => {
    const world = await afterFailover(3);
    await reconcile(portsOf(world, other), noGrace);
    const requests = world.backstage.acquirer.charges().map((charge) => charge.requests);
    const ports = portsOf(world, other);
    const stale = (await world.backstage.journal.read(keyOf('p0'))) as Payment;
    const workIndex: typeof ports.workIndex = {
      scan: (page) => ports.workIndex.scan(page),
      all: async () => undefined,
      query: async (query) => ({ entries: query.shard === 0 ? [{ key: keyOf('never'), postedEpoch: 1 as never, acceptedAt: stale.acceptance?.acceptedAt as never }] : [] }),
    };
    expect(await reconcile({ ...ports, workIndex }, noGrace)).toMatchObject({ settled: 0, backlog: 0, waiting: 0 });
    expect(world.backstage.acquirer.charges().map((charge) => charge.requests)).toEqual(requests);
  });

  test('a payment set aside under this epoch -> no backlog: a person has it, the move is not held up', async () => {
    const world = await createWorld({ seed: 1 });
    await accepted(world, 'bad');
    world.backstage.acquirer.behave({ mode: 'invalid' });
    world.clock.advance(1);
    await raiseEpoch(world);
    for (let i = 0; i < 3; i += 1) expect(await pass(world)).toMatchObject({ backlog: 1 });
    expect(await pass(world)).toMatchObject({ backlog: 0, settled: 0, waiting: 0 });
    expect(await pass(world, 'scan')).toMatchObject({ backlog: 0 });
  });
});
