// Whoever carries a move: started by a detector or an operator, in the region that is to take over. While there is
// trouble some of them die between two steps, and some sleep through what the others do.
import { advanceMove } from '@understudy/core';
import type { MovePolicies, MoveRequest, Region } from '@understudy/core';
import { ticks } from '../clock/ticks.ts';
import type { Stage } from '../stage.ts';
import { reconcilePolicy } from '../workload/services.ts';

const policies: MovePolicies = { move: { plannedPatienceMs: ticks(250), plannedLagMaxMs: ticks(1000) }, reconcile: reconcilePolicy, waitMs: ticks(5), healPatienceMs: ticks(60_000) };
const DIES = 0.08;
const SLEEPS = 0.1;
const SLEEP_MAX_TICKS = 250;

export function orchestrate(stage: Stage, to: Region, asked: Partial<MoveRequest> = {}): void {
  const { dice } = stage;
  stage.spawn(to, 'orchestrator', async (ports) => {
    const { epoch } = await ports.epochs.read();
    let request: MoveRequest = { to, kind: 'failover', runId: `${asked.kind ?? 'failover'}-${epoch + 1}-${to}`, fromEpoch: epoch, by: 'a life', reason: 'a life', ...asked };
    for (;;) {
      if (stage.troubles.lossy && dice.chance(DIES)) return;
      if (stage.troubles.lossy && dice.chance(SLEEPS)) await ports.clock.sleep(ticks(dice.integer(SLEEP_MAX_TICKS)));
      const progress = await advanceMove(ports, policies, request);
      if (progress.state !== 'again') return;
      request = progress.request;
      await ports.clock.sleep(progress.waitMs);
    }
  });
}
