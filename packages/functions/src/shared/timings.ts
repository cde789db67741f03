// How long things wait, last and stay fresh, and how much is done at once. Operators and the local twin may override
// any of them in one JSON variable; the defaults are those of AWS.
import * as v from 'valibot';
import { defaultDetectPolicy, defaultRetryDelaysMs } from '@understudy/core';
import type { DetectPolicy, NotifyPolicy } from '@understudy/core';

export interface Timings {
  readonly reconcileGraceMs: number;
  readonly reconcileSettleMax: number;
  readonly healthCacheMs: number;
  readonly healthLimitMs: number;
  readonly activeRegionFreshMs: number;
  readonly detect: Omit<DetectPolicy, 'mode'>;
  readonly plannedPatienceMs: number;
  readonly plannedLagMaxMs: number;
  readonly moveWaitMs: number;
  readonly acquirerTimeoutMs: number;
  readonly purgeAfterMs: number;
  readonly probeTimeoutMs: number;
  readonly notify: NotifyPolicy & { readonly webhookTimeoutMs: number };
  readonly settlementCloseAfterMs: number;
  readonly settlementStandbyPatienceMs: number;
}

const whole = (least: number, defaultValue: number) => v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(least)), defaultValue);

const DAY_MS = 86_400_000;
/** Above all that may still ask for a payment by its content: sessions, dead letters, the acquirer's keys. */
const PURGE_AFTER_MS_MIN = 30 * DAY_MS;

/** A strict object: a misspelt name is a fault, not a timing that silently keeps its default. */
export const timingsSchema: v.GenericSchema<unknown, Timings> = v.strictObject({
  reconcileGraceMs: whole(0, 30_000),
  reconcileSettleMax: whole(1, 500),
  healthCacheMs: whole(0, 5000),
  healthLimitMs: whole(1, 1000),
  activeRegionFreshMs: whole(0, 5000),
  detect: v.optional(
    v.strictObject({
      failuresMin: whole(1, defaultDetectPolicy.failuresMin),
      dwellMs: whole(0, defaultDetectPolicy.dwellMs),
      viewFreshMs: whole(1, defaultDetectPolicy.viewFreshMs),
      stallMs: whole(1, defaultDetectPolicy.stallMs),
      resumeAfterMs: whole(1, defaultDetectPolicy.resumeAfterMs),
    }),
    {},
  ),
  plannedPatienceMs: whole(1, 300_000),
  plannedLagMaxMs: whole(0, 5000),
  moveWaitMs: whole(0, 1000),
  acquirerTimeoutMs: whole(1, 3000),
  purgeAfterMs: whole(PURGE_AFTER_MS_MIN, 400 * DAY_MS),
  /** A probe that takes longer has not reached its region; less than the interval between two ticks. */
  probeTimeoutMs: whole(1, 2000),
  notify: v.optional(
    v.strictObject({
      retryDelaysMs: v.optional(v.pipe(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1))), v.minLength(1), v.maxLength(20)), [...defaultRetryDelaysMs]),
      leaseMs: whole(1, 30_000),
      passMs: whole(1, 45_000),
      webhookTimeoutMs: whole(1, 5000),
    }),
    {},
  ),
  /** Backlogs of minutes still reach their own day's file. */
  settlementCloseAfterMs: whole(0, 900_000),
  /** Six hours: longer than a standby takes to be built anew, shorter than a merchant waits for the day's file. */
  settlementStandbyPatienceMs: whole(0, 21_600_000),
});
