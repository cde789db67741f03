// The detectors of both regions and of the witness: they look, vote and start moves, each by a clock of its own. They
// may be paused with their region, lose a look, or see a region that is well as lost.
import { isPortFault, isRegion, regions, watchActiveRegion, witnessRegion } from '@understudy/core';
import type { DetectPolicy, MoveRequest, Region, Vantage, WatchPorts } from '@understudy/core';
import { ticks } from '../clock/ticks.ts';
import type { History } from '../history.ts';
import type { Actor } from '../scheduler/scheduler.ts';
import type { Stage } from '../stage.ts';
import { orchestrate } from './orchestrators.ts';

export const detectPolicy: DetectPolicy = { mode: 'automatic', failuresMin: 3, dwellMs: ticks(60), viewFreshMs: ticks(250), stallMs: ticks(500), resumeAfterMs: ticks(150) };
const LOOKS_EVERY = ticks(20);

/** Starts the detector of one vantage, if this life has any. */
export function detectFrom(stage: Stage, history: History, vantage: Vantage): void {
  if (!stage.habits.detects) return;
  const { dice } = stage;
  stage.enter(vantage, 'detector', async (actor) => {
    const given = watchPorts(stage, history, actor);
    const ports = stage.planted.watch?.(given) ?? given;
    for (;;) {
      await ports.clock.sleep(LOOKS_EVERY / 2 + dice.integer(LOOKS_EVERY));
      await watchActiveRegion(ports).catch((error: unknown) => {
        if (!isPortFault(error)) throw error;
      });
    }
  });
}

export const vantages: readonly Vantage[] = [...regions, witnessRegion];

function watchPorts(stage: Stage, history: History, actor: Actor): WatchPorts {
  const { world, scheduler } = stage;
  const { region: vantage } = actor;
  const { link, connected, reachesRegion, clock } = stage.wireOf(actor);
  const { metrics, log } = world.backstage.regions[isRegion(vantage) ? vantage : regions[0]];
  const sees = (region: Region): boolean => reachesRegion([region]) && !scheduler.isPaused(region) && !stage.unseen.has(`${vantage}>${region}`);
  return {
    vantage, clock, metrics, log, policy: detectPolicy, tell: async () => true,
    epochs: link(world.backstage.epochs, { port: 'epoch', reaches: connected, repeats: true }),
    votes: link(world.votes, { port: 'votes', reaches: connected, repeats: true }),
    probe: { look: async (region) => {
      await scheduler.pause(actor);
      const reached = sees(region);
      history.looked(vantage, region, { reached, atMs: scheduler.nowMs });
      return reached ? { reached, httpStatus: 200 } : { reached, why: 'no answer' };
    } },
    ...(isRegion(vantage) && { ledger: {
      control: link(world.backstage.ledgers, { port: 'ledger', reaches: reachesRegion }), journal: world.backstage.journal, workIndex: world.backstage.regions[vantage].workIndex,
      mover: { start: async (request: MoveRequest) => {
        history.started(vantage, request, { atMs: scheduler.nowMs, world });
        orchestrate(stage, vantage, request);
      } },
    } }),
  };
}
