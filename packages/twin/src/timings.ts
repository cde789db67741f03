/**
 * How fast the twin's clocks tick: `fast` makes a failover watchable, `aws` is what the deployment uses.
 * Nothing here is needed for correctness; every figure trades latency against patience.
 */
import { assert } from '@understudy/core';
import type { MovePolicy } from '@understudy/core';
import { everyMs, queues } from '@understudy/functions/manifest';
import { timingsSchema } from '@understudy/functions/timings';
import { parse } from 'valibot';

export interface Timings {
  /** Passed to the functions as TIMINGS. */
  readonly functions: Readonly<Record<string, unknown>>;
  /** Passed to the functions as PAYMENT_POLICY: what differs from the defaults. */
  readonly paymentPolicy: Readonly<Record<string, unknown>>;
  /** How often each scheduled function runs. */
  readonly schedules: { readonly reconcileMs: number; readonly confirmMs: number; readonly publishMs: number; readonly detectMs: number; readonly notifyMs: number; readonly purgeMs: number };
  readonly queue: { readonly visibilityTimeoutS: number; readonly receiveCountMax: number; readonly batchWindowMs: number };
  readonly resolver: { readonly intervalMs: number; readonly threshold: number; readonly timeoutMs: number; readonly ttlMs: number };
  readonly probeTimeoutMs: number;
}

/** A fortieth of the deployment's. */
export const FAST_DWELL_MS = 1_500;

const fast: Timings = {
  functions: {
    reconcileGraceMs: 3_000,
    reconcileSettleMax: 500,
    healthCacheMs: 300,
    healthLimitMs: 1_000,
    activeRegionFreshMs: 500,
    detect: { failuresMin: 3, dwellMs: FAST_DWELL_MS, viewFreshMs: 6_000, stallMs: 10_000, resumeAfterMs: 4_000 },
    plannedPatienceMs: 15_000,
    plannedLagMaxMs: 2_000,
    moveWaitMs: 10,
    acquirerTimeoutMs: 2_000,
    // Given up after some 20 s, where AWS takes three days.
    notify: { retryDelaysMs: [300, 600, 1_200, 2_400, 4_800, 9_600], leaseMs: 4_000, passMs: 5_000, webhookTimeoutMs: 1_500 },
    settlementCloseAfterMs: 5_000,
    settlementStandbyPatienceMs: 10_000,
  },
  paymentPolicy: { sessionPatienceMs: 3_000, chargeInFlightMs: 3_000 },
  // Detectors look a little over three times in a dwell: a beat that came a moment early would cost a whole one more.
  schedules: { reconcileMs: 1_500, confirmMs: 1_500, publishMs: 1_500, detectMs: 520, notifyMs: 700, purgeMs: 60_000 },
  queue: { visibilityTimeoutS: 5, receiveCountMax: 3, batchWindowMs: 0 },
  resolver: { intervalMs: 500, threshold: 3, timeoutMs: 1_500, ttlMs: 500 },
  // A dead region refuses at once; this is for one that is only busy, which is not a lost one.
  probeTimeoutMs: 2_000,
};

/** From the manifest, which the deployment is made from as well. */
const beat = (name: string): number => {
  const interval = everyMs[name];
  assert(interval !== undefined, `${name} has an interval`);
  return interval;
};

const settleQueue = queues['settle'];
assert(settleQueue !== undefined, 'the queue of payments has its settings');

const aws: Timings = {
  // The functions' own defaults are those of AWS.
  functions: {},
  paymentPolicy: {},
  schedules: { reconcileMs: beat('reconcile'), confirmMs: beat('confirm'), publishMs: beat('publish'), detectMs: beat('detect'), notifyMs: beat('notify'), purgeMs: beat('purge') },
  queue: { visibilityTimeoutS: settleQueue.visibilityTimeoutMs / 1000, receiveCountMax: settleQueue.receiveCountMax, batchWindowMs: settleQueue.batchWindowMs },
  resolver: { intervalMs: 10_000, threshold: 3, timeoutMs: 4_000, ttlMs: 10_000 },
  probeTimeoutMs: 2_000,
};

/** As the functions read it. */
export const movePolicyOf = ({ functions }: Timings): MovePolicy => parse(timingsSchema, functions);

export const timingNames = ['fast', 'aws'] as const;
export type TimingName = (typeof timingNames)[number];

export const timingsOf = (name: TimingName): Timings => ({ fast, aws })[name];
