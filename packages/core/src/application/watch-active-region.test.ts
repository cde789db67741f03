// The detectors over the in-memory world: what they vote, when they start a move, and that they start it once.
import { describe, expect, test } from 'vitest';
import { epochOf } from '../domain/region/epoch.ts';
import { epochMs } from '../domain/time.ts';
import { peerOf, witnessRegion } from '../domain/region/region.ts';
import type { Region, Vantage } from '../domain/region/region.ts';
import type { DetectPolicy } from '../domain/failover/detect.ts';
import { PortFault } from '../ports/fault.ts';
import type { Probe } from '../ports/probe.ts';
import type { Vote } from '../ports/votes.ts';
import { reconcile } from './reconcile.ts';
import { settlePayments } from './settle-payments.ts';
import { tellThrough } from './tell.ts';
import { watchActiveRegion } from './watch-active-region.ts';
import type { WatchPorts } from './watch-active-region.ts';
import { accepted, alertsOf, createWorld, east, noGrace, other, portsOf } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const policy: DetectPolicy = { mode: 'automatic', failuresMin: 3, dwellMs: 20_000, viewFreshMs: 30_000, stallMs: 60_000, resumeAfterMs: 120_000 };
const TICK_MS = 10_000;

/** Regions that nobody reaches, and whose own detectors do not run. */
interface Scene {
  readonly world: World;
  readonly down: Set<Vantage>;
  readonly policy: DetectPolicy;
}

const sceneOf = async (change: Partial<DetectPolicy> = {}): Promise<Scene> => ({ world: await createWorld({ seed: 1 }), down: new Set(), policy: { ...policy, ...change } });

function portsAt({ world, down, policy: of }: Scene, vantage: Vantage): WatchPorts {
  const own = world.regions[vantage === witnessRegion ? east : vantage];
  const probe: Probe = { look: async (region) => (down.has(region) ? { reached: false, why: 'no answer' } : own.probe.look(region)) };
  return {
    vantage, probe, policy: of, epochs: world.epochs, votes: world.votes, clock: world.clock, metrics: own.metrics, log: own.log, tell: tellThrough(own.alerts, own.log),
    ...(vantage !== witnessRegion && { ledger: { control: world.control, workIndex: own.workIndex, journal: own.journal, mover: own.mover } }),
  };
}

async function tick(scene: Scene): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for (const vantage of [east, other, witnessRegion] as const) {
    if (!scene.down.has(vantage)) rows[vantage] = (await watchActiveRegion(portsAt(scene, vantage))).row;
  }
  scene.world.clock.advance(TICK_MS);
  return rows;
}

const movesOf = ({ world }: Scene, region: Region = other) => world.backstage.regions[region].mover.started;

test('watch: all is well -> votes of all three, no move, no alert', async () => {
  const scene = await sceneOf();
  expect(await tick(scene)).toEqual({ [east]: 'D-20', [other]: 'D-100', [witnessRegion]: 'D-30' });
  expect((await scene.world.votes.list()).map((vote) => [vote.vantage, vote.about, vote.failures])).toEqual([[east, east, 0], [other, east, 0], [witnessRegion, east, 0]]);
  expect(alertsOf(scene.world, other)).toEqual([]);
});

test('watch: a detector is paused between its look and its decision -> votes that are old by then move nothing', async () => {
  const scene = await sceneOf();
  scene.down.add(east);
  for (let ticks = 0; ticks < 3; ticks += 1) await tick(scene);
  const ports = portsAt(scene, other);
  const control = Object.assign(Object.create(scene.world.control) as typeof scene.world.control, { status: async (region: Region) => {
    scene.world.clock.advance(policy.viewFreshMs + 1);
    return scene.world.control.status(region);
  } });
  expect((await watchActiveRegion({ ...ports, ...(ports.ledger && { ledger: { ...ports.ledger, control } }) })).row).toBe('D-70');
  expect(movesOf(scene)).toEqual([]);
});

test('watch: the clock is set back while the active region is failing -> the count begins anew, and a move still begins', async () => {
  const scene = await sceneOf();
  scene.down.add(east);
  await tick(scene);
  await tick(scene);
  scene.world.clock.set(epochMs(scene.world.clock.now() - 3_600_000));
  for (let i = 0; i < 4; i += 1) await tick(scene);
  expect(movesOf(scene)).not.toEqual([]);
});

describe('watch: the active region is lost', () => {
  test('both others see it for long enough -> a failover from the standby, once its dwell is over', async () => {
    const scene = await sceneOf();
    scene.down.add(east);
    scene.world.backstage.ledgers.stop(east);
    const rows: (string | undefined)[] = [];
    for (let i = 0; i < 4; i += 1) rows.push((await tick(scene))[other]);
    expect(rows).toEqual(['D-90', 'D-90', 'D-70', 'D-60']);
    expect(movesOf(scene)).toMatchObject([{ to: other, kind: 'failover', fromEpoch: 1, runId: 'failover-2-us-east-2' }]);
  });

  test('it stays lost -> every later start names the same run', async () => {
    const scene = await sceneOf();
    scene.down.add(east);
    for (let i = 0; i < 8; i += 1) await tick(scene);
    expect(movesOf(scene).length).toBeGreaterThan(1);
    expect(new Set(movesOf(scene).map((request) => request.runId)).size).toBe(1);
  });

  test('a policy of approval -> a person is asked, nothing starts', async () => {
    const scene = await sceneOf({ mode: 'approval' });
    scene.down.add(east);
    for (let i = 0; i < 6; i += 1) await tick(scene);
    expect(movesOf(scene)).toEqual([]);
    expect(alertsOf(scene.world, other)).toContain('failover_needs_approval');
  });

  test('only the standby sees it (the link between them is cut) -> alerts, no move', async () => {
    const scene = await sceneOf();
    scene.world.backstage.regions[other].probe.answer(east, { reached: false, why: 'no route' });
    for (let i = 0; i < 10; i += 1) await tick(scene);
    expect(movesOf(scene)).toEqual([]);
    expect(alertsOf(scene.world, other)).toContain('region_unreachable');
  });

  describe('operators, while a cause stands', () => {
    const cut = (scene: Scene) => scene.world.backstage.regions[other].probe.answer(east, { reached: false, why: 'no route' });
    const heal = (scene: Scene) => scene.world.backstage.regions[other].probe.answer(east, { reached: true, httpStatus: 200 });
    const ticks = async (scene: Scene, durationMs: number) => {
      for (let ms = 0; ms < durationMs; ms += TICK_MS) await tick(scene);
    };
    const HOUR_MS = 3_600_000;

    test('for hours -> told when it begins, and again each hour', async () => {
      const scene = await sceneOf();
      cut(scene);
      await ticks(scene, HOUR_MS / 2);
      expect(alertsOf(scene.world, other)).toEqual(['region_unreachable']);
      await ticks(scene, 2 * HOUR_MS);
      expect(alertsOf(scene.world, other)).toEqual(Array.from({ length: 3 }, () => 'region_unreachable'));
    });

    test('it ends and begins again -> told again at once', async () => {
      const scene = await sceneOf();
      for (let times = 0; times < 2; times += 1) {
        cut(scene);
        await ticks(scene, 5 * policy.dwellMs);
        heal(scene);
        await ticks(scene, 5 * TICK_MS);
      }
      expect(alertsOf(scene.world, other)).toHaveLength(2);
    });

    test('nobody could be told -> told at the next tick', async () => {
      const scene = await sceneOf();
      cut(scene);
      const mend = scene.world.breakage.add({ part: 'alerts', when: 'before' });
      await ticks(scene, 5 * policy.dwellMs);
      expect(alertsOf(scene.world, other)).toEqual([]);
      mend();
      await tick(scene);
      expect(alertsOf(scene.world, other)).toHaveLength(1);
    });

    test('told, and the note of it is lost -> told once more, and no more than that', async () => {
      const scene = await sceneOf();
      cut(scene);
      const { votes } = scene.world;
      const ports = portsAt(scene, other);
      let lost = 0;
      const forgetful = { ...ports, votes: { list: () => votes.list(), cast: (vote: Vote) => (vote.raised && lost === 0 ? Promise.reject(new PortFault({ port: 'votes', retryable: true, message: `lost ${(lost += 1)}` })) : votes.cast(vote)) } };
      for (let ms = 0; ms < 10 * policy.dwellMs; ms += TICK_MS) {
        await watchActiveRegion(forgetful);
        scene.world.clock.advance(TICK_MS);
      }
      expect([lost, alertsOf(scene.world, other).length]).toEqual([1, 2]);
    });
  });

  test('the witness is gone too, and nobody else speaks -> alerts, no move', async () => {
    const scene = await sceneOf();
    scene.down.add(east).add(witnessRegion);
    for (let i = 0; i < 10; i += 1) await tick(scene);
    expect(movesOf(scene)).toEqual([]);
  });

  test('the standby\'s own ledger cannot take over -> alerts, no move', async () => {
    const scene = await sceneOf();
    scene.down.add(east);
    await scene.world.cluster.failOver(other);
    await scene.world.control.raiseFence(other, { from: epochOf(1), to: epochOf(7) });
    for (let i = 0; i < 6; i += 1) await tick(scene);
    expect(movesOf(scene)).toEqual([]);
    expect(alertsOf(scene.world, other)).toContain('region_unreachable');
  });

  test('it flaps -> no move: failures must be consecutive', async () => {
    const scene = await sceneOf();
    for (let i = 0; i < 12; i += 1) {
      if (i % 3 === 2) scene.down.delete(east);
      else scene.down.add(east);
      await tick(scene);
    }
    expect(movesOf(scene)).toEqual([]);
  });

  test.each([429, 503, 500])('it answers %i -> it is there', async (httpStatus) => {
    const scene = await sceneOf();
    for (const region of [east, other]) scene.world.backstage.regions[region].probe.answer(east, { reached: true, httpStatus });
    for (let i = 0; i < 6; i += 1) await tick(scene);
    expect((await scene.world.votes.list()).map((vote) => vote.failures)).toEqual([0, 0, 0]);
    expect(movesOf(scene)).toEqual([]);
  });

  test('all detectors slept in the middle of an outage and wake to one failed probe -> no move yet', async () => {
    const scene = await sceneOf({ failuresMin: 5 });
    scene.down.add(east);
    for (let i = 0; i < 3; i += 1) await tick(scene);
    scene.world.clock.advance(3_600_000);
    for (let i = 0; i < 3; i += 1) await tick(scene);
    expect(movesOf(scene)).toEqual([]);
  });

  test('the votes or the epoch cannot be read -> throws: a blind detector does nothing', async () => {
    const scene = await sceneOf();
    scene.down.add(east);
    for (let i = 0; i < 2; i += 1) await tick(scene);
    const mend = scene.world.breakage.add({ part: 'votes', when: 'before' });
    await expect(watchActiveRegion(portsAt(scene, other))).rejects.toMatchObject({ port: 'votes' });
    mend();
    scene.world.breakage.add({ part: 'epochs', when: 'before' });
    await expect(watchActiveRegion(portsAt(scene, other))).rejects.toMatchObject({ port: 'epoch' });
    expect(movesOf(scene)).toEqual([]);
  });
});

describe('watch: settlement stalls', () => {
  async function stalledScene(change: Partial<DetectPolicy> = {}): Promise<Scene> {
    const scene = await sceneOf(change);
    await accepted(scene.world, 'a');
    scene.world.clock.advance(50_000);
    return scene;
  }

  test('the active region answers but its ledger is gone -> its own alarm and the age of what waits are two votes', async () => {
    const scene = await stalledScene();
    scene.world.backstage.ledgers.stop(east);
    const rows: (string | undefined)[] = [];
    for (let i = 0; i < 5; i += 1) rows.push((await tick(scene))[other]);
    expect(rows.at(-1)).toBe('D-60');
    expect(movesOf(scene)[0]).toMatchObject({ to: other, kind: 'failover' });
  });

  test('only the acquirer is away -> alerts, no move: it is away for both regions', async () => {
    const scene = await stalledScene();
    for (let i = 0; i < 10; i += 1) await tick(scene);
    expect(movesOf(scene)).toEqual([]);
    expect(alertsOf(scene.world, other)).toContain('settlement_stalled');
  });

  test('the acquirer is away, and the ledger once does not answer -> no move: one look is no alarm', async () => {
    const scene = await stalledScene();
    for (let i = 0; i < 6; i += 1) await tick(scene);
    scene.world.backstage.ledgers.stop(east);
    await tick(scene);
    scene.world.backstage.ledgers.start(east);
    for (let i = 0; i < 3; i += 1) await tick(scene);
    expect(movesOf(scene)).toEqual([]);
  });

  test('what waits is set aside for a person -> no stall', async () => {
    const scene = await stalledScene();
    scene.world.backstage.acquirer.behave({ mode: 'invalid' });
    for (let i = 0; i < 3; i += 1) await reconcile(portsOf(scene.world, east), noGrace);
    for (let i = 0; i < 10; i += 1) await tick(scene);
    expect(alertsOf(scene.world, other)).toEqual([]);
    expect(scene.world.backstage.regions[other].metrics.gauges.get('OldestUnpostedAge')).toBe(0);
  });

  test('a payment set aside hides no younger one that waits', async () => {
    const scene = await stalledScene();
    scene.world.backstage.acquirer.behave({ mode: 'invalid', match: (key) => key.transactionId === 'a' });
    for (let i = 0; i < 3; i += 1) await reconcile(portsOf(scene.world, east), noGrace);
    for (let i = 0; i < 200; i += 1) await accepted(scene.world, `p${i}`);
    for (let i = 0; i < 8; i += 1) await tick(scene);
    expect(alertsOf(scene.world, other)).toContain('settlement_stalled');
  });

  test('this region\'s index stopped following -> what it still shows is looked up, and is no stall', async () => {
    const scene = await sceneOf();
    const keys = [];
    for (let i = 0; i < 50; i += 1) keys.push(await accepted(scene.world, `p${i}`));
    scene.world.backstage.regions[other].workIndex.stall();
    await settlePayments(portsOf(scene.world, east), keys);
    for (let i = 0; i < 10; i += 1) await tick(scene);
    expect(alertsOf(scene.world, other)).toEqual([]);
  });

  test('payments waited while the role moved -> that time is not counted against the new active region', async () => {
    const scene = await stalledScene();
    const record = await scene.world.epochs.read();
    await scene.world.backstage.epochs.compareAndSet(record, { ...record, at: scene.world.clock.now() });
    for (let i = 0; i < 5; i += 1) await tick(scene);
    expect(alertsOf(scene.world, other)).toEqual([]);
  });

  test('the index cannot be read -> no stall is claimed', async () => {
    const scene = await stalledScene();
    scene.world.breakage.add({ part: 'workIndex', when: 'before' });
    for (let i = 0; i < 10; i += 1) await tick(scene);
    expect(alertsOf(scene.world, other)).toEqual([]);
  });
});

describe('watch: a move that stopped half-way', () => {
  test.each([['moving', 1], ['open', 10]] as const)('%s and not healed for too long (%i times the patience) -> resumed by the region it goes to, as the run it is', async (phase, times) => {
    const scene = await sceneOf();
    const { healedAt: _healed, ...record } = await scene.world.epochs.read();
    await scene.world.backstage.epochs.compareAndSet(record, { ...record, epoch: epochOf(2), activeRegion: other, phase, kind: 'planned', runId: 'run-7' });
    scene.world.clock.advance(times * 120_000 - 60_000);
    await tick(scene);
    expect(movesOf(scene)).toEqual([]);
    scene.world.clock.advance(times * 120_000);
    await tick(scene);
    expect(movesOf(scene)).toMatchObject([{ to: other, kind: 'planned', runId: 'run-7', fromEpoch: 2 }]);
    expect(movesOf(scene, peerOf(other))).toEqual([]);
  });
});
