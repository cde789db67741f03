// What a deployment has to know beside the list of functions: where they run, the table they share, and the rhythm of
// what runs by itself. The infrastructure deploys these figures; the twin's timing `aws` plays them.
import { peerOf, primaryRegion, regions, witnessRegion } from '@understudy/core';
import type { Region, Vantage } from '@understudy/core';
import { CUSTOMER_INDEX, journalTable, WORK_INDEX } from '@understudy/adapters/dynamodb';

export { CUSTOMER_INDEX, journalTable, WORK_INDEX, peerOf, primaryRegion, regions, witnessRegion };
export type { Region, Vantage };
/** So that a deployment can see that its functions will start on what it hands them. */
export { readConfig } from './shared/variables.ts';

/** How often each scheduled function is called, by its name. One call at a time; a beat that meets a running one is lost. */
export const everyMs: Readonly<Record<string, number>> = { reconcile: 10_000, confirm: 10_000, detect: 10_000, notify: 10_000, publish: 60_000, purge: 86_400_000 };

/**
 * Instances that are kept for a function whatever others use up. Health must answer when an account is at its limit: a
 * region that is only busy would be taken out of DNS.
 */
export const reservedInstances: Readonly<Record<string, number>> = { health: 10 };

/** Schedules beside the rhythm: the strong scan that finds what a stalled index hides, once a night. */
export const nightly: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { reconcile: { over: 'scan' } };

export interface QueueSettings {
  readonly batchMax: number;
  /** How long a batch that is not full waits for more. */
  readonly batchWindowMs: number;
  readonly visibilityTimeoutMs: number;
  /** After as many deliveries a message goes to the dead-letter queue. */
  readonly receiveCountMax: number;
}

/** By the name of the function that takes from the queue. */
export const queues: Readonly<Record<string, QueueSettings>> = {
  settle: { batchMax: 10, batchWindowMs: 5000, visibilityTimeoutMs: 300_000, receiveCountMax: 3 },
  // A hint brings the telling forward, so it does not wait for company.
  notify: { batchMax: 10, batchWindowMs: 0, visibilityTimeoutMs: 360_000, receiveCountMax: 3 },
};
