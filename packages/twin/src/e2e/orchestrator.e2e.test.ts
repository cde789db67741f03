// Real orchestrators, each a process of its own, killed after each step and at their writes, doubled, and put to sleep
// through a whole failover and failback: the active role ends in one region, and the books are right.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Region } from '@understudy/core';
import { peerOf } from '@understudy/core';
import type { Moment } from '../crash-points/crash-point.ts';
import { OrchestratorStage } from '../crash-points/orchestrator-stage.ts';
import { untilState } from '../crash-points/waits.ts';
import { activeRegion } from '../drill/check.ts';
import { eventFeed } from '../drill/event-feed.ts';
import { RunningTwin } from '../drill/running-twin.ts';

const LIMIT_MS = 120_000;
/** All of them with UNDERSTUDY_LONG=1; the others are variations. */
const isLong = process.env['UNDERSTUDY_LONG'] === '1';

let twin: RunningTwin;
let stage: OrchestratorStage;
let [from, to]: [Region, Region] = ['us-east-1', 'us-east-2'];

beforeAll(async () => {
  // Nobody else begins a move; a move that stopped half-way is resumed by the detectors all the same, as one more rival.
  twin = await RunningTwin.start({ failover: 'approval' });
  stage = new OrchestratorStage(twin);
});

beforeEach(async () => {
  from = await activeRegion(twin);
  to = peerOf(from);
});

/** The event stream tells what was before it is asked, and then what comes. */
async function untilTold(wanted: { readonly type: string; readonly region: Region; readonly since: number }): Promise<void> {
  for await (const event of eventFeed(twin.urls.console, AbortSignal.timeout(LIMIT_MS / 2))) {
    if (event.type === wanted.type && event['region'] === wanted.region && event.at >= wanted.since) return;
  }
  throw new Error(`the events ended without ${wanted.type}`);
}

afterAll(async () => {
  await stage?.stop();
  await twin?.stop();
});

describe('orchestrator: killed', () => {
  test('after each of its steps, in a failover and in the way back -> both moves are made, the books right', async () => {
    await stage.underLoad(async () => {
      await twin.region(from, 'kill');
      const failover = await stage.orchestrators.stepByStep(await stage.orchestrators.request(to, 'failover'));
      expect(failover.state).toBe('done');
      expect(failover.rows).toEqual(expect.arrayContaining(['F-190', 'F-230', 'F-420']));
      await stage.restore(from);
      const back = await stage.orchestrators.stepByStep(await stage.orchestrators.request(from, 'planned'));
      expect(back.state).toBe('done');
      expect(await activeRegion(twin)).toBe(from);
    });
    expect(await stage.judge()).toEqual([]);
  }, LIMIT_MS);

  test.each<{ readonly kind: string; readonly when: Moment }>([
    { kind: 'epoch moving', when: 'answered' },
    { kind: 'ledger fence', when: 'sent' },
    { kind: 'ledger commit', when: 'answered' },
    { kind: 'cluster switchover', when: 'sent' },
    { kind: 'epoch open', when: 'sent' },
    { kind: 'epoch healed', when: 'before' },
  ])('a planned move, at its first $kind, $when -> the next one finishes it, the books right', async ({ kind, when }) => {
    await stage.underLoad(async () => {
      const request = await stage.orchestrators.request(to, 'planned');
      const killed = await stage.orchestrators.start({ request, dieAt: { kind, when, write: 1 } });
      expect(await killed.ended).toBe('SIGKILL');
      expect(killed.point).toMatchObject({ kind });
      expect(await stage.orchestrators.run(request)).toMatchObject({ state: 'done' });
    });
    expect(await stage.judge()).toEqual([]);
    expect(await activeRegion(twin)).toBe(to);
  }, LIMIT_MS);
});

describe('orchestrator: two at once', () => {
  test('after the region is lost -> one claim, one epoch, the books right', async () => {
    const { epoch } = await stage.record();
    await stage.underLoad(async () => {
      await twin.region(from, 'kill');
      const both = await Promise.all(['one', 'other'].map(async (name) => stage.orchestrators.start({ request: await stage.orchestrators.request(to, 'failover', name) })));
      const ends = await Promise.all(both.map((orchestrator) => orchestrator.ended));
      expect(ends).toContain('done');
      expect((await stage.record()).epoch).toBe(epoch + 1);
      await stage.restore(from);
    });
    expect(await stage.judge()).toEqual([]);
  }, LIMIT_MS);
});

describe('orchestrator: asleep through a whole failover and failback, then woken', () => {
  const points: readonly { readonly at: string; readonly kind: string; readonly when: Moment; readonly long?: true }[] = [
    { at: 'right before its claim', kind: 'epoch moving', when: 'before', long: true },
    { at: 'right after its claim', kind: 'epoch moving', when: 'answered' },
    { at: 'right before it promotes', kind: 'cluster failover', when: 'before' },
    { at: 'right before it raises the fence', kind: 'ledger fence', when: 'before', long: true },
    { at: 'right before it opens', kind: 'epoch open', when: 'before', long: true },
  ];
  test.each(points.filter(({ long }) => isLong || long !== true))('$at -> one outcome, the books right', async ({ kind, when }) => {
    await stage.underLoad(async () => {
      await twin.region(from, 'kill');
      const old = await stage.orchestrators.start({ request: await stage.orchestrators.request(to, 'failover', 'old'), dieAt: { kind, when, write: 1 }, freeze: true });
      await stage.untilFrozen(old);
      expect(await stage.orchestrators.run(await stage.orchestrators.request(to, 'failover', 'new'))).toMatchObject({ state: 'done' });
      await stage.restore(from);
      expect(await stage.orchestrators.run(await stage.orchestrators.request(from, 'planned'))).toMatchObject({ state: 'done' });
      const { epoch } = await stage.record();
      old.wake();
      expect(await old.ended).not.toBe('done');
      expect(await stage.record()).toMatchObject({ epoch, activeRegion: from, phase: 'open' });
      await stage.untilFollows(to);
    });
    expect(await stage.judge()).toEqual([]);
  }, LIMIT_MS);

  test('right before it swaps the roles of a planned move -> one outcome, the books right', async () => {
    await stage.underLoad(async () => {
      const old = await stage.orchestrators.start({ request: await stage.orchestrators.request(to, 'planned', 'old'), dieAt: { kind: 'cluster switchover', when: 'before', write: 1 }, freeze: true });
      await stage.untilFrozen(old);
      expect(await stage.orchestrators.run(await stage.orchestrators.request(to, 'planned', 'new'))).toMatchObject({ state: 'done' });
      await stage.untilFollows(from);
      expect(await stage.orchestrators.run(await stage.orchestrators.request(from, 'planned'))).toMatchObject({ state: 'done' });
      await stage.untilFollows(to);
      const { epoch } = await stage.record();
      old.wake();
      expect(await old.ended).toBe('refused');
      expect(await stage.record()).toMatchObject({ epoch, activeRegion: from, phase: 'open' });
      await stage.untilFollows(to);
    });
    expect(await stage.judge()).toEqual([]);
  }, LIMIT_MS);
});

// The database service knows no epochs: an order that reached it late is carried out. Here it is given directly.
describe('orchestrator: its order reaches the database service after the move is over', () => {
  test('a promotion of the standby -> nothing settles there, and it is built anew', async () => {
    await stage.underLoad(async () => {
      const { epoch } = await stage.record();
      const orderedAt = Date.now();
      await stage.orderCluster('FailoverGlobalCluster', to);
      // It may be primary for too short a time to be seen; that it was built anew stays told.
      await untilTold({ type: 'standby_rebuilt', region: to, since: orderedAt });
      await stage.untilFollows(to);
      expect(await stage.record()).toMatchObject({ epoch, activeRegion: from, phase: 'open' });
    });
    expect(await stage.judge()).toEqual([]);
  }, LIMIT_MS);

  test('a swap of the roles -> the active region settles nothing until somebody fails over, who finds everything', async () => {
    await stage.underLoad(async () => {
      const { epoch } = await stage.record();
      await stage.orderCluster('SwitchoverGlobalCluster', to);
      await untilState(twin, 'the roles are swapped', (state) => state.regions[to].ledger.role === 'primary' && state.regions[from].ledger.role === 'standby');
      expect(await stage.record()).toMatchObject({ epoch, activeRegion: from, phase: 'open' });
      expect(await stage.orchestrators.run(await stage.orchestrators.request(to, 'failover'))).toMatchObject({ state: 'done' });
      await stage.untilFollows(from);
    });
    expect(await stage.judge()).toEqual([]);
    expect(await activeRegion(twin)).toBe(to);
  }, LIMIT_MS);
});
