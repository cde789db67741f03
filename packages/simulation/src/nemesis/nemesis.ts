// What goes wrong in a life, and when: the primary is lost, cut off, frozen for minutes, or wrongly suspected; replication
// and the index of work stand still; clocks drift and jump; the acquirer charges and times out, or forgets that it
// declined; actors die anywhere; orchestrators race; the zombie comes back; the way back is planned twice over.
import { peerOf, regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import { SKEW_MAX_MS } from '../clock/region-clocks.ts';
import { ticks } from '../clock/ticks.ts';
import type { Stage } from '../stage.ts';
import type { Happening, Script } from '../workload/script.ts';
import { acquirerTroubles } from './acquirer-troubles.ts';
import { orchestrate } from './orchestrators.ts';

const [east, other] = regions;

export interface Replication {
  isCut: boolean;
}

interface Plan {
  readonly stage: Stage;
  readonly replication: Replication;
  /** Starts what always runs in a region that is back. */
  readonly serve: (region: Region) => void;
}

export function nemesisScript(plan: Plan): Script {
  const { dice } = plan.stage;
  const lostAt = 60 + dice.integer(250);
  const backAt = lostAt + 350 + dice.integer(150);
  return [...replicationTroubles(plan, lostAt), ...loss(plan, { lostAt, backAt }), ...wayBack(plan, backAt), ...clockTroubles(plan), ...acquirerTroubles(plan.stage), ...deaths(plan)];
}

function replicationTroubles({ stage, replication }: Plan, lostAt: number): Script {
  const { dice, world } = stage;
  const cut = (from: number, lasts: number, stall: boolean): Script => [
    { atTick: from, happen: () => {
      replication.isCut = true;
      if (stall) world.backstage.regions[other].workIndex.stall();
    } },
    { atTick: from + lasts, happen: () => {
      replication.isCut = false;
      world.backstage.regions[other].workIndex.resume();
    } },
  ];
  return [
    ...(dice.chance(0.5) ? cut(dice.integer(lostAt + 50), 100 + dice.integer(300), dice.chance(0.7)) : []),
    // While replication stands still after the move, refunds come that the standby cannot see.
    ...(dice.chance(0.5) ? cut(400 + dice.integer(700), 150 + dice.integer(150), false) : []),
  ];
}

/** How the primary is lost, who takes over, and how the primary comes back. */
function loss({ stage, serve }: Plan, { lostAt, backAt }: { readonly lostAt: number; readonly backAt: number }): Script {
  const { dice } = stage;
  const trouble = dice.pick(['kill', 'isolate', 'freeze', 'suspect'] as const);
  const lose = () => {
    if (trouble === 'kill') stage.kill(east);
    if (trouble === 'isolate') stage.isolated.add(east);
    // Beyond the end of the trouble, now and then: the zombie wakes into a world that has healed.
    if (trouble === 'freeze') stage.scheduler.pauseRegion(east, ticks(200 + dice.integer(1600)));
    if (trouble !== 'kill') stage.scheduler.note(`${east}: ${trouble}`);
  };
  const comeBack = () => {
    stage.isolated.delete(east);
    if (!stage.down.has(east)) return;
    stage.restore(east);
    serve(east);
  };
  const takeOvers = [10, 15, 120, 250].filter((delay) => delay === 10 || dice.chance(0.6)).map((delay) => ({ atTick: lostAt + delay + dice.integer(20), happen: () => orchestrate(stage, other) }));
  const orchestratorsDie = { atTick: lostAt + 80, happen: () => stage.scheduler.actors.filter((actor) => actor.name === 'orchestrator').forEach((actor) => stage.scheduler.stop(actor)) };
  return [
    { atTick: lostAt, happen: lose }, ...takeOvers, { atTick: backAt, happen: comeBack },
    ...(dice.chance(0.2) ? [orchestratorsDie] : []),
    ...(dice.chance(0.15) ? [{ atTick: lostAt + 90, happen: () => orchestrate(stage, east) }] : []),
  ];
}

function wayBack({ stage }: Plan, backAt: number): Script {
  const { dice } = stage;
  return [
    ...(dice.chance(0.15) ? [{ atTick: backAt + 20, happen: () => orchestrate(stage, east) }] : []),
    { atTick: backAt + 40 + dice.integer(100), happen: () => void rejoin(stage, east) },
    { atTick: backAt + 250 + dice.integer(100), happen: () => orchestrate(stage, east, { kind: 'planned' }) },
    ...(dice.chance(0.4) ? [{ atTick: backAt + 300, happen: () => orchestrate(stage, east, { kind: 'planned' }) }] : []),
  ];
}

function clockTroubles({ stage }: Plan): Script {
  const { dice, clocks } = stage;
  if (!dice.chance(0.5)) return [];
  return regions.map((region): Happening => {
    const offset = dice.integer(2 * SKEW_MAX_MS) - SKEW_MAX_MS;
    const drift = (dice.integer(200) - 100) / 10_000;
    return { atTick: dice.integer(1200), happen: () => clocks.jump(region, offset, drift) };
  });
}

/** One of those that serve dies in its call, and another takes its place: as a function ends at its time limit. */
function deaths({ stage, serve }: Plan): Script {
  const { dice } = stage;
  return dice.chance(0.5) ? [{ atTick: dice.integer(1300), happen: () => {
    const region = dice.pick(regions);
    const serving = stage.scheduler.actors.filter((actor) => actor.region === region && actor.name !== 'client' && actor.name !== 'orchestrator');
    if (serving.length === 0) return;
    for (const actor of serving) stage.scheduler.stop(actor);
    serve(region);
  } }] : [];
}

/** A former primary is rebuilt as the standby, once the other region is open under a fence of its own. */
export async function rejoin({ world, scheduler }: Stage, region: Region): Promise<void> {
  const { ledgers, epochs } = world.backstage;
  const record = await epochs.read();
  const source = ledgers.servers[peerOf(region)];
  const settles = record.activeRegion === peerOf(region) && record.phase === 'open' && source.role === 'primary' && source.fence === record.epoch && source.up;
  if (!settles || ledgers.writer !== peerOf(region)) return;
  scheduler.note(`${region}: its ledger is rebuilt as the standby`);
  ledgers.rejoin(region);
}
