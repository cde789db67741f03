// What surrounds every invocation: its request id in the log, its failure noted, its metrics written before it ends.
// Invariant: nothing of ours runs on after an invocation has returned.
import type { Metrics, Random } from '@understudy/core';
import type { InvocationLog } from './log.ts';

export interface Runtime {
  readonly log: InvocationLog;
  readonly metrics: Metrics & { flush(): void };
  readonly random: Random;
}

/** The part of Lambda's context that is used. */
export interface InvocationContext {
  readonly awsRequestId?: string;
}

/** Runs a queue, schedule or workflow invocation. A fault is logged and thrown on: the caller repeats or alarms. */
export function runInvocation<T>(runtime: Runtime, context: InvocationContext | undefined, work: () => Promise<T>): Promise<T> {
  return runtime.log.during({ request_id: context?.awsRequestId ?? runtime.random.id() }, async () => {
    try {
      return await work();
    } catch (error) {
      runtime.log.error('invocation_failed', describe(error));
      throw error;
    } finally {
      runtime.metrics.flush();
    }
  });
}

export const describe = (error: unknown): Record<string, unknown> =>
  error instanceof Error ? { name: error.name, cause: error.message, stack: error.stack } : { cause: 'something that is no Error was thrown' };
