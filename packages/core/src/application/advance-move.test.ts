// The whole move over the in-memory world: carried out, interrupted at every step and at every port call, doubled,
// slept through, and with either side dying in the middle. It always ends open in one region with nothing missing.
import { describe, expect, test } from 'vitest';
import { diceOf } from '../domain/random.test-support.ts';
import type { MoveRequest } from '../domain/failover/move.ts';
import { peerOf } from '../domain/region/region.ts';
import type { Region } from '../domain/region/region.ts';
import { PortFault } from '../ports/fault.ts';
import { advanceMove } from './advance-move.ts';
import type { MovePorts, MoveProgress } from './advance-move.ts';
import { settlePayments } from './settle-payments.ts';
import { Stage } from './stage.test-support.ts';
import { accepted, alertsOf, createWorld, east, keyOf, movePolicies, other, portsOf, rowsIn, stored, told } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const STEPS_MAX = 400;
const IDS = ['kept-1', 'kept-2', 'lost-1', 'lost-2', 'waiting-1', 'waiting-2'];

const requestTo = async (world: World, to: Region, kind: MoveRequest['kind']): Promise<MoveRequest> => {
  const { epoch } = await world.backstage.epochs.read();
  return { to, kind, runId: `${kind}-${epoch + 1}-${to}`, fromEpoch: epoch, by: 'a test', reason: 'a test' };
};

/** Two payments that the standby holds, two that only the primary holds, two that nobody has settled. */
async function busyWorld(options: { readonly moveDurationMs?: number } = {}): Promise<World> {
  const world = await createWorld({ seed: 1, ...options });
  for (const id of ['kept-1', 'kept-2']) await accepted(world, id);
  await settlePayments(portsOf(world, east), ['kept-1', 'kept-2'].map(keyOf));
  world.backstage.ledgers.stallReplication();
  for (const id of ['lost-1', 'lost-2']) await accepted(world, id);
  await settlePayments(portsOf(world, east), ['lost-1', 'lost-2'].map(keyOf));
  for (const id of ['waiting-1', 'waiting-2']) await accepted(world, id, other);
  world.clock.advance(10);
  return world;
}

/** Plays the workflow: one step after another until this orchestrator ends. */
async function drive(world: World, request: MoveRequest, ports: MovePorts = portsOf(world, request.to)): Promise<MoveProgress & { readonly rows: readonly string[] }> {
  const rows: string[] = [];
  for (let steps = 0, next = request; steps < STEPS_MAX; steps += 1) {
    const progress = await advanceMove(ports, movePolicies, next);
    rows.push(progress.row);
    if (progress.state !== 'again') return { ...progress, rows };
    next = progress.request;
    if (progress.waitMs > 0) await world.clock.sleep(progress.waitMs);
  }
  throw new Error(`no end after ${STEPS_MAX} steps: ${rows.slice(-5).join(' ')}`);
}

/** As a detector would: resumes what the record says is under way, in the region that it goes to. */
async function resume(world: World): Promise<MoveProgress> {
  const { activeRegion: to, kind, runId, epoch } = await world.backstage.epochs.read();
  return drive(world, { to, kind, runId, fromEpoch: epoch, by: 'a detector', reason: 'resumed' });
}

async function expectHealedIn(world: World, region: Region, ids: readonly string[] = IDS): Promise<void> {
  const record = await world.backstage.epochs.read();
  expect(record).toMatchObject({ activeRegion: region, phase: 'open', ledgerEpoch: record.epoch, healedAt: expect.any(Number) as number });
  expect(world.backstage.ledgers.servers[region]).toMatchObject({ role: 'primary', fence: record.epoch });
  expect(rowsIn(world, region).toSorted()).toEqual(ids.toSorted());
  for (const id of ids) {
    expect(await told(world, keyOf(id))).toBe('processed');
    expect(world.backstage.acquirer.netCharges(keyOf(id))).toBe(1);
    expect((await stored(world, keyOf(id))).postedEpoch).toBe(record.epoch);
  }
  expect(world.backstage.acquirer.charges()).toHaveLength(ids.length);
  const epochs = world.backstage.ledgers.servers[region].rows().map((row) => row.epoch);
  expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
}

/** A failover to the west, and the east's server rebuilt as its standby. */
async function failedOver(): Promise<World> {
  const world = await busyWorld();
  world.backstage.ledgers.stop(east);
  await drive(world, await requestTo(world, other, 'failover'));
  world.backstage.ledgers.resumeReplication();
  world.backstage.ledgers.rejoin(east);
  return world;
}

describe('move: the plain way', () => {
  test('a failover after the primary is lost -> open and healed under the next epoch, what was lost restored', async () => {
    const world = await busyWorld({ moveDurationMs: 5000 });
    world.backstage.ledgers.stop(east);
    const end = await drive(world, await requestTo(world, other, 'failover'));
    expect(end).toMatchObject({ state: 'done' });
    expect([...new Set(end.rows)]).toEqual(['F-190', 'F-230', 'F-240', 'F-250', 'F-420']);
    await expectHealedIn(world, other);
    expect(world.backstage.ledgers.movesStarted).toBe(1);
    expect(alertsOf(world, other)).toEqual(['failover_started', 'failover_done']);
    expect((await world.moveLog.read('failover-2-us-east-2')).map((entry) => entry.row)).toEqual(expect.arrayContaining(['F-190', 'F-230', 'F-240', 'F-250', 'F-420']));
  });

  test('and the planned way back -> drained, swapped, open: nothing restored, nothing charged again', async () => {
    const world = await failedOver();
    const end = await drive(world, await requestTo(world, east, 'planned'));
    expect([...new Set(end.rows)]).toEqual(['F-190', 'F-360', 'F-380', 'F-310', 'F-420']);
    expect(world.backstage.ledgers.servers[other].role).toBe('standby');
    expect(alertsOf(world)).toContain('failback_done');
    // A planned move loses nothing, yet its work is walked: the marks are raised to the new epoch.
    await expectHealedIn(world, east);
  });

  test('a payment that cannot be settled now -> not healed until it is; set aside -> healed', async () => {
    const world = await busyWorld();
    world.backstage.ledgers.stop(east);
    world.backstage.acquirer.behave({ mode: 'invalid', match: (key) => key.transactionId === 'waiting-1' });
    expect(await drive(world, await requestTo(world, other, 'failover'))).toMatchObject({ state: 'done' });
    expect(await told(world, keyOf('waiting-1'))).toBe('quarantined');
    expect((await world.epochs.read()).healedAt).toBeDefined();
  });

  test('a payment that the acquirer never says anything about -> the orchestrator ends once the detector has started others, and each of those takes one pass', async () => {
    const world = await busyWorld();
    world.backstage.ledgers.stop(east);
    world.backstage.acquirer.behave({ mode: 'in_progress', match: (key) => key.transactionId === 'waiting-1' });
    const startedAt = world.clock.now();
    const end = await drive(world, await requestTo(world, other, 'failover'));
    expect(end).toMatchObject({ state: 'done', row: 'F-420' });
    expect(world.clock.now() - startedAt).toBeGreaterThan(movePolicies.healPatienceMs);
    expect((await world.epochs.read()).healedAt).toBeUndefined();
    expect((await resume(world)).row).toBe('F-420');
    world.backstage.acquirer.behaveWell();
    await resume(world);
    await expectHealedIn(world, other);
  });

  test('the answer to the last write of a move is lost -> operators are told of its end all the same', async () => {
    const world = await busyWorld();
    world.backstage.ledgers.stop(east);
    const ports = portsOf(world, other);
    const answerLost: typeof ports.epochs = {
      read: () => ports.epochs.read(),
      initialise: (record) => ports.epochs.initialise(record),
      compareAndSet: async (expected, next) => {
        const result = await ports.epochs.compareAndSet(expected, next);
        if (next.healedAt !== undefined) throw new PortFault({ port: 'epoch', retryable: true, message: 'answer lost' });
        return result;
      },
    };
    expect(await drive(world, await requestTo(world, other, 'failover'), { ...ports, epochs: answerLost })).toMatchObject({ state: 'done', row: 'F-410' });
    expect(alertsOf(world, other).filter((kind) => kind === 'failover_done')).toHaveLength(1);
  });

  test('the index stopped following before the loss -> the scan heals it', async () => {
    const world = await createWorld({ seed: 1 });
    world.backstage.regions[other].workIndex.stall();
    world.backstage.ledgers.stallReplication();
    for (const id of IDS) await accepted(world, id);
    await settlePayments(portsOf(world, east), IDS.slice(0, 4).map(keyOf));
    world.clock.advance(10);
    world.backstage.ledgers.stop(east);
    await drive(world, await requestTo(world, other, 'failover'));
    await expectHealedIn(world, other);
  });
});

test('move: more is accepted than is settled, and stays so -> healed all the same, of what was there before', async () => {
  const world = await busyWorld();
  world.backstage.ledgers.stop(east);
  const ports = portsOf(world, other);
  const opened: MovePorts = { ...ports, epochs: {
    read: () => ports.epochs.read(),
    initialise: (record) => ports.epochs.initialise(record),
    compareAndSet: async (expected, next) => {
      const result = await ports.epochs.compareAndSet(expected, next);
      if (next.phase === 'open' && next.healedAt === undefined) for (let i = 0; i < 4000; i += 1) await accepted(world, `new-${i}`, other);
      return result;
    },
  } };
  expect(await drive(world, await requestTo(world, other, 'failover'), opened)).toMatchObject({ state: 'done' });
  await expectHealedIn(world, other);
});

describe('move: refused', () => {
  test.each<[string, string, (world: World) => Promise<unknown> | void]>([
    ['a target that cannot be reached', 'F-110', (world) => world.backstage.ledgers.stop(other)],
    ['a target on another timeline', 'F-120', async (world) => {
      await world.cluster.failOver(other);
      await world.control.raiseFence(other, { from: 1 as never, to: 9 as never });
    }],
  ])('%s -> %s, nothing changed, an alert', async (_what, row, spoil) => {
    const world = await busyWorld();
    await spoil(world);
    const before = await world.epochs.read();
    expect(await drive(world, await requestTo(world, other, 'failover'))).toMatchObject({ state: 'refused', row });
    expect(await world.epochs.read()).toEqual(before);
    expect(alertsOf(world, other)).toEqual(['failover_refused']);
  });

  test('a planned move to a standby that lags -> F-160', async () => {
    const world = await busyWorld();
    world.clock.advance(6000);
    expect(await drive(world, await requestTo(world, other, 'planned'))).toMatchObject({ state: 'refused', row: 'F-160' });
  });
});

type Kind = 'failover' | 'planned';
const starts: readonly (readonly [Kind, Region, () => Promise<World>])[] = [
  ['failover', other, async () => {
    const world = await busyWorld({ moveDurationMs: 1500 });
    world.backstage.ledgers.stop(east);
    return world;
  }],
  ['planned', east, failedOver],
];

describe.each(starts)('move: a %s to %s, interrupted', (kind, to, make) => {
  test('after every step -> another orchestrator ends it, open and healed', async () => {
    for (let stepsBefore = 0, reached = true; reached; stepsBefore += 1) {
      expect(stepsBefore).toBeLessThan(STEPS_MAX);
      const world = await make();
      let request = await requestTo(world, to, kind);
      for (let step = 0; step < stepsBefore && reached; step += 1) {
        const progress = await advanceMove(portsOf(world, to), movePolicies, request);
        request = progress.request;
        reached = progress.state === 'again';
        if (progress.waitMs > 0) await world.clock.sleep(progress.waitMs);
      }
      if ((await world.epochs.read()).activeRegion !== to) await drive(world, await requestTo(world, to, kind));
      await resume(world);
      await expectHealedIn(world, to);
    }
  });

  test.each(['dies before', 'dies after', 'loses the request of', 'loses the answer of'] as const)('orchestrator %s any one port call -> another ends it, open and healed', async (how) => {
    class Died extends Error {}
    let calls = 0;
    const brokenAt = (ports: MovePorts, at: number): MovePorts => {
      const fail = (): never => {
        throw how.startsWith('dies') ? new Died() : new PortFault({ port: 'journal', retryable: true, message: 'broken on purpose' });
      };
      const subject = <T extends object>(target: T): T => new Proxy(target, {
        get: (_target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          return async (...parameters: unknown[]): Promise<unknown> => {
            const mine = (calls += 1) === at;
            if (mine && (how === 'dies before' || how === 'loses the request of')) fail();
            const answer: unknown = await Reflect.apply(member, target, parameters);
            if (mine) fail();
            return answer;
          };
        },
      });
      const { journal, epochs, ledger, acquirer, control, cluster, moveLog } = ports;
      return { ...ports, journal: subject(journal), epochs: subject(epochs), ledger: subject(ledger), acquirer: subject(acquirer), control: subject(control), cluster: subject(cluster), moveLog: subject(moveLog) };
    };
    for (let at = 1; ; at += 1) {
      calls = 0;
      const world = await make();
      const request = await requestTo(world, to, kind);
      await drive(world, request, brokenAt(portsOf(world, to), at)).catch((error: unknown) => {
        if (!(error instanceof Died)) throw error;
      });
      if (calls < at) {
        expect(at).toBeGreaterThan(30);
        return;
      }
      await drive(world, request);
      await resume(world);
      await expectHealedIn(world, to);
    }
  });

  test('two orchestrators and settlement at once, in any order -> open and healed, once', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const world = await make();
      const stage = new Stage({ world, dice: diceOf(seed) });
      stage.lossy = true;
      const request = await requestTo(world, to, kind);
      const orchestrate = (name: string) => stage.spawn(to, name, async (ports) => {
        for (let next = request; ; ) {
          const progress = await advanceMove(ports, movePolicies, next);
          if (progress.state !== 'again') return;
          next = progress.request;
          await ports.clock.sleep(10);
        }
      });
      orchestrate('first');
      orchestrate('second');
      stage.spawn(to, 'settler', async (ports) => {
        for (let i = 0; i < 10; i += 1) await settlePayments(ports, IDS.map(keyOf));
      });
      for (let steps = 0; steps < 5000 && stage.actors.length > 0; steps += 1) await stage.step();
      expect(stage.bugs).toEqual([]);
      // A preflight may be refused for one lost answer; then somebody asks again.
      if ((await world.epochs.read()).activeRegion !== to) await drive(world, request);
      await resume(world);
      await expectHealedIn(world, to);
      expect((await world.epochs.read()).epoch).toBe(request.fromEpoch + 1);
      expect(world.backstage.ledgers.movesStarted).toBe(kind === 'failover' ? 1 : 2);
    }
  });
});

describe('move: an old orchestrator', () => {
  test('that slept through the failover and the way back, woken before its first step -> F-105, and nothing moves', async () => {
    const world = await busyWorld();
    const stale = await requestTo(world, other, 'failover');
    await drive(world, stale);
    world.backstage.ledgers.resumeReplication();
    world.backstage.ledgers.rejoin(east);
    await drive(world, await requestTo(world, east, 'planned'));
    const before = await world.epochs.read();
    expect(await drive(world, stale)).toMatchObject({ state: 'refused', row: 'F-105' });
    expect(await world.epochs.read()).toEqual(before);
    await expectHealedIn(world, east);
  });

  test.each(['failover', 'planned'] as const)('of a %s, asleep at any port call, woken after the role has gone on -> the record stands, and nothing is lost', async (kind) => {
    let rolesChanged = 0;
    for (let callsBefore = 0; ; callsBefore += 1) {
      const world = await busyWorld();
      world.backstage.ledgers.resumeReplication();
      const stage = new Stage({ world, dice: diceOf(1) });
      const request = await requestTo(world, other, kind);
      const sleeper = stage.spawn(other, 'old', async (ports) => {
        for (let next = request; ; ) {
          const progress = await advanceMove(ports, movePolicies, next);
          if (progress.state !== 'again') return;
          next = progress.request;
        }
      });
      for (let i = 0; i < callsBefore; i += 1) await stage.step();
      if (!stage.actors.includes(sleeper)) break;
      // While it sleeps, another ends its move, and the role goes back.
      if ((await world.epochs.read()).activeRegion === east) await drive(world, request);
      await resume(world);
      if (world.backstage.ledgers.servers[east].role === 'primary') world.backstage.ledgers.rejoin(east);
      await drive(world, await requestTo(world, east, 'planned'));
      const before = await world.epochs.read();
      for (let steps = 0; steps < 1000 && stage.actors.length > 0; steps += 1) await stage.step();
      expect(stage.bugs).toEqual([]);
      expect(await world.epochs.read()).toEqual(before);
      await settlePayments(portsOf(world, east), [await accepted(world, 'after')]);
      world.clock.advance(10);
      const isPrimary = world.backstage.ledgers.servers[east].role === 'primary';
      // Asleep exactly between the re-reading and the swap itself: the east cannot settle, and a detector moves the role to its ledger.
      if (!isPrimary) await drive(world, await requestTo(world, other, 'failover'));
      await expectHealedIn(world, isPrimary ? east : other, [...IDS, 'after']);
      if (!isPrimary) rolesChanged += 1;
    }
    // Its last look at the ledgers and the swap: two points out of many.
    expect(rolesChanged).toBeLessThanOrEqual(2);
  });
});

describe('move: a side dies in the middle', () => {
  test.each([1, 2, 3])('the source of a planned move, after %i steps -> becomes a failover to the same target', async (stepsBefore) => {
    const world = await failedOver();
    const request = await requestTo(world, east, 'planned');
    for (let i = 0; i < stepsBefore; i += 1) await advanceMove(portsOf(world, east), movePolicies, request);
    world.backstage.ledgers.stop(other);
    await drive(world, request);
    await resume(world);
    await expectHealedIn(world, east);
  });

  test('the barrier never arrives -> turned back: the source opens again under E+2', async () => {
    const world = await failedOver();
    const request = await requestTo(world, east, 'planned');
    await advanceMove(portsOf(world, east), movePolicies, request);
    world.backstage.ledgers.stallReplication();
    const end = await drive(world, request);
    expect(end.rows).toContain('F-330');
    await resume(world);
    await expectHealedIn(world, other);
    expect((await world.epochs.read()).epoch).toBe(request.fromEpoch + 2);
  });

  test('turned back by the region that was to become active -> it does not wait for what only the source can heal', async () => {
    const world = await failedOver();
    const request = await requestTo(world, east, 'planned');
    await advanceMove(portsOf(world, east), movePolicies, request);
    world.backstage.ledgers.stallReplication();
    const end = await drive(world, request, portsOf(world, east));
    expect(end.state).not.toBe('again');
    expect(await world.epochs.read()).toMatchObject({ activeRegion: other, phase: 'open' });
    expect((await world.epochs.read()).healedAt).toBeUndefined();
  });

  test.each([1, 2, 3])('the target of a failover, after %i steps -> the old region takes the role again under E+2', async (stepsBefore) => {
    const world = await busyWorld();
    const request = await requestTo(world, other, 'failover');
    for (let i = 0; i < stepsBefore; i += 1) await advanceMove(portsOf(world, other), movePolicies, request);
    world.backstage.ledgers.stop(other);
    await drive(world, await requestTo(world, peerOf(other), 'failover'));
    await expectHealedIn(world, east);
    expect((await world.epochs.read()).epoch).toBe(3);
    // What was promoted and never opened is on another timeline now.
    world.backstage.ledgers.start(other);
    if (world.backstage.ledgers.servers[other].role === 'primary') expect(await drive(world, await requestTo(world, other, 'failover'))).toMatchObject({ state: 'refused', row: 'F-120' });
  });

  test('a switchover that is accepted and never made -> the target takes over alone, with nothing lost', async () => {
    const world = await failedOver();
    const request = await requestTo(world, east, 'planned');
    const ports = portsOf(world, east);
    const cluster: typeof ports.cluster = { failOver: (target) => ports.cluster.failOver(target), switchOver: async () => {} };
    const end = await drive(world, request, { ...ports, cluster });
    expect(end.rows).toContain('F-395');
    await expectHealedIn(world, east);
  });

  test('the database service does not answer for a while -> waited out', async () => {
    const world = await busyWorld();
    world.backstage.ledgers.stop(east);
    world.breakage.add({ part: 'cluster', when: 'before', times: 20 });
    const end = await drive(world, await requestTo(world, other, 'failover'));
    expect(end.rows.filter((row) => row === 'F-0')).toHaveLength(20);
    await expectHealedIn(world, other);
  });
});
