// When a delivery that failed is tried again, and when it is given up.
import type { EpochMs } from '../time.ts';
import { epochMs } from '../time.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The pauses that the Standard Webhooks convention proposes: about three days in all, enough for a long weekend's outage. */
export const defaultRetryDelaysMs: readonly number[] = [
  5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS,
];

/** A fifth on top at most, so that what failed together does not come back together. */
const JITTER_SHARE = 5;

/** The next try after `failures` failed ones, or undefined: given up. */
export function nextTryAt(failures: number, { now, delaysMs, random }: { readonly now: EpochMs; readonly delaysMs: readonly number[]; readonly random: { integer(below: number): number } }): EpochMs | undefined {
  const delayMs = delaysMs[failures - 1];
  return delayMs === undefined ? undefined : epochMs(now + delayMs + random.integer(Math.floor(delayMs / JITTER_SHARE) + 1));
}
