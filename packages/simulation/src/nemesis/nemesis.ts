// What goes wrong in a life, and when. Regions are lost, cut off, frozen for minutes or wrongly suspected, one or several
// times; orchestrators race in both; the zombie comes back; the way back is planned twice over. What lies around them
// goes wrong as well: see surroundings.ts and acquirer-troubles.ts.
import { peerOf, regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import { ticks } from '../clock/ticks.ts';
import type { Stage } from '../stage.ts';
import type { Script } from '../workload/script.ts';
import { acquirerTroubles } from './acquirer-troubles.ts';
import { orchestrate } from './orchestrators.ts';
import { suspicions, surroundings } from './surroundings.ts';

const [east, other] = regions;

export interface Replication {
  isCut: boolean;
}

export interface Plan {
  readonly stage: Stage;
  readonly replication: Replication;
  /** Starts what always runs in a region that is back. */
  readonly serve: (region: Region) => void;
}

export function nemesisScript(plan: Plan): Script {
  const { dice } = plan.stage;
  const lostAt = 60 + dice.integer(250);
  const backAt = lostAt + 350 + dice.integer(150);
  const again = backAt + 300 + dice.integer(200);
  return [
    ...loss(plan, { region: east, lostAt, backAt }), ...wayBack(plan, backAt),
    // Whoever has the role by then.
    ...(dice.chance(0.35) ? loss(plan, { region: dice.pick([east, other]), lostAt: again, backAt: again + 150 + dice.integer(200) }) : []),
    ...surroundings(plan, lostAt), ...acquirerTroubles(plan.stage),
  ];
}

interface Loss {
  readonly region: Region;
  readonly lostAt: number;
  readonly backAt: number;
}

/** How a region is lost, who takes over, and how it comes back. */
function loss({ stage, serve }: Plan, { region, lostAt, backAt }: Loss): Script {
  const { dice } = stage;
  const trouble = dice.pick(['kill', 'isolate', 'freeze', 'suspect'] as const);
  const lose = () => {
    if (trouble === 'kill') stage.kill(region);
    if (trouble === 'isolate') stage.isolated.add(region);
    // Beyond the end of the trouble, now and then: the zombie wakes into a world that has healed.
    if (trouble === 'freeze') stage.scheduler.pauseRegion(region, ticks(200 + dice.integer(1600)));
    if (trouble !== 'kill') stage.scheduler.note(`${region}: ${trouble}`);
  };
  const comeBack = () => {
    stage.isolated.delete(region);
    if (!stage.down.has(region)) return;
    stage.restore(region);
    serve(region);
  };
  const told = stage.habits.isToldToMove ? [10, 15, 120, 250].filter((delay) => delay === 10 || dice.chance(0.6)) : [];
  const takeOvers = told.map((delay) => ({ atTick: lostAt + delay + dice.integer(20), happen: () => orchestrate(stage, peerOf(region)) }));
  const orchestratorsDie = { atTick: lostAt + 80, happen: () => stage.scheduler.actors.filter((actor) => actor.name === 'orchestrator').forEach((actor) => stage.scheduler.stop(actor)) };
  return [
    { atTick: lostAt, happen: lose }, ...takeOvers, { atTick: backAt, happen: comeBack },
    ...(trouble === 'suspect' ? suspicions(stage, region, { from: lostAt, lasts: backAt - lostAt }) : []),
    ...(dice.chance(0.2) ? [orchestratorsDie] : []),
    // Both at once: one to take over, one to keep or take back.
    ...(dice.chance(0.15) ? [{ atTick: lostAt + 12, happen: () => orchestrate(stage, region) }] : []),
    ...(dice.chance(0.15) ? [{ atTick: lostAt + 90, happen: () => orchestrate(stage, region) }] : []),
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
