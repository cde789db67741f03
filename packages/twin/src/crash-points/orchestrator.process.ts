/**
 * One orchestrator in a process of its own: the real function, in the loop of the workflow, with a region's environment.
 * Invariant: it differs from the orchestrator within a region only in that it can be killed or frozen alone, after a
 * step or at a write. It ends when whoever started it does.
 */
import type { MoveProgress, MoveRequest } from '@understudy/core';
import { loadFunction } from '../region/function-host.ts';
import type { FunctionFile } from '../region/function-host.ts';
import { createStates } from '../stand-ins/states/index.ts';
import { createCrashPoint } from './crash-point.ts';
import type { CrashOrder, WriteReport } from './crash-point.ts';

export interface OrchestratorConfiguration {
  readonly orchestrate: FunctionFile;
  readonly request: MoveRequest;
  /** Ends right after the step with this number, or after the first one that took this row of the move table. */
  readonly endAfter?: number | string | undefined;
  /** Frozen instead of killed. */
  readonly freeze?: boolean | undefined;
  readonly dieAt?: Omit<CrashOrder, 'command' | 'signal'> | undefined;
}

/** From the process, after `ready`. */
export type OrchestratorReport =
  | WriteReport
  | { readonly event: 'step'; readonly row: string; readonly because: string; readonly state: MoveProgress['state'] }
  | { readonly event: 'ended'; readonly state: string };

const configuration = JSON.parse(process.argv[2] ?? '') as OrchestratorConfiguration;
const { request, endAfter, dieAt } = configuration;
const signal = configuration.freeze === true ? 'SIGSTOP' : 'SIGKILL';
const report = (message: OrchestratorReport): void => {
  if (process.connected) process.send?.(message);
};

process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
const orchestrate = await loadFunction(configuration.orchestrate);
const crashPoint = createCrashPoint(report);
crashPoint.order({ command: 'die_at', write: 0, when: 'before', ...dieAt, signal });

let steps = 0;
const states = createStates({
  step: async (next) => {
    const progress = (await orchestrate.invoke(next)) as MoveProgress;
    steps += 1;
    report({ event: 'step', row: progress.row, because: progress.because, state: progress.state });
    if (endAfter === steps || endAfter === progress.row) process.kill(process.pid, signal);
    return progress;
  },
  onEnd: ({ state }) => {
    report({ event: 'ended', state });
    // The channel is flushed before the process goes.
    process.disconnect();
  },
});
if (process.send && !process.connected) process.exit();
process.send?.({ event: 'ready' });
states.start(request.runId, request);
