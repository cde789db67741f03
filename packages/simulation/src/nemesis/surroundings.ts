// What goes wrong around the regions: replication and the index of work stand still, a region that is well is seen as
// lost, clocks drift and jump, and actors die anywhere.
import { peerOf, regions, witnessRegion } from '@understudy/core';
import type { Region } from '@understudy/core';
import { SKEW_MAX_MS } from '../clock/region-clocks.ts';
import type { Stage } from '../stage.ts';
import type { Happening, Script } from '../workload/script.ts';
import type { Plan } from './nemesis.ts';
import { vantages } from './detectors.ts';

const [, other] = regions;

export function surroundings(plan: Plan, lostAt: number): Script {
  return [...replicationTroubles(plan, lostAt), ...clockTroubles(plan), ...deaths(plan), ...falseSuspicion(plan)];
}

function replicationTroubles({ stage, replication }: Plan, lostAt: number): Script {
  const { dice, world } = stage;
  const buckets = regions.map((region) => world.backstage.regions[region].bucket);
  const cut = (from: number, lasts: number, stall: boolean): Script => [
    { atTick: from, happen: () => {
      replication.isCut = true;
      for (const bucket of buckets) bucket.stallReplication();
      if (stall) world.backstage.regions[other].workIndex.stall();
    } },
    { atTick: from + lasts, happen: () => {
      replication.isCut = false;
      for (const bucket of buckets) bucket.resumeReplication();
      world.backstage.regions[other].workIndex.resume();
    } },
  ];
  return [
    ...(dice.chance(0.5) ? cut(dice.integer(lostAt + 50), 100 + dice.integer(300), dice.chance(0.7)) : []),
    // Meanwhile refunds come of payments that the standby shows, and it cannot see them.
    ...Array.from({ length: dice.integer(4) }, () => cut(150 + dice.integer(1200), 80 + dice.integer(200), false)).flat(),
  ];
}

interface While {
  readonly from: number;
  readonly lasts: number;
}

/** The peer, the witness or both cannot see a region that is well: a needless move must be as safe as any, and one view makes none. */
export function suspicions({ dice, unseen }: Stage, region: Region, { from, lasts }: While): Script {
  const blind = dice.pick([[peerOf(region)], [peerOf(region)], [witnessRegion], [peerOf(region), witnessRegion]]).map((vantage) => `${vantage}>${region}`);
  return [
    { atTick: from, happen: () => blind.forEach((one) => unseen.add(one)) },
    { atTick: from + lasts, happen: () => blind.forEach((one) => unseen.delete(one)) },
  ];
}

/** Of a region that nothing has happened to: often early, before a real loss would excuse what is made of it. */
function falseSuspicion({ stage }: Plan): Script {
  const { dice, habits } = stage;
  return habits.detects && dice.chance(0.5) ? suspicions(stage, dice.pick(regions), { from: dice.integer(dice.pick([50, 900])), lasts: 500 }) : [];
}

function clockTroubles({ stage }: Plan): Script {
  const { dice, clocks } = stage;
  if (!dice.chance(0.5)) return [];
  return vantages.map((vantage): Happening => {
    const offset = dice.integer(2 * SKEW_MAX_MS) - SKEW_MAX_MS;
    const drift = (dice.integer(200) - 100) / 10_000;
    return { atTick: dice.integer(1200), happen: () => clocks.jump(vantage, offset, drift) };
  });
}

/** Those that serve in a region die in their calls, and others take their place: as a function ends at its time limit. */
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
