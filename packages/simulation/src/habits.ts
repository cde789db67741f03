// What kind of life a seed lives: drawn once, before anything happens, so that no life has to do everything.
import { defaultPaymentPolicy } from '@understudy/core';
import type { PaymentPolicy } from '@understudy/core';
import { ticks } from './clock/ticks.ts';
import type { Dice } from './scheduler/dice.ts';

export interface Habits {
  readonly refunds: boolean;
  /** Detectors look, vote and move beside, or instead of, those who are told to. */
  readonly detects: boolean;
  readonly isToldToMove: boolean;
  /** Receipts and settlement files are written; the business day ends during the life. */
  readonly publishes: boolean;
  readonly keys: boolean;
  /** Long after its end its payments are purged and asked for again. */
  readonly isPurged: boolean;
  /** How likely the standby replays before the next step, and how many commits: it is hardly behind, or far behind, or comes after in leaps. */
  readonly replicates: { readonly chance: number; readonly commits: number };
  /** How long a promotion or a switchover takes. */
  readonly promotionMs: number;
  /** After the trouble both regions are away for more than a day: every acquirer's key is forgotten. */
  readonly isAwayForADay: boolean;
  readonly policy: PaymentPolicy;
}

const HOUR_MS = 3_600_000;

export function drawHabits(dice: Dice): Habits {
  const detects = dice.chance(0.35);
  return {
    detects,
    isToldToMove: !detects || dice.chance(0.5),
    refunds: dice.chance(0.6),
    publishes: dice.chance(0.4),
    keys: dice.chance(0.3),
    isPurged: dice.chance(0.3),
    replicates: dice.pick([{ chance: 0.4, commits: 1 }, { chance: 0.1, commits: 1 }, { chance: 0.01, commits: 1000 }]),
    promotionMs: dice.pick([0, 0, ticks(50), ticks(300)]),
    isAwayForADay: dice.chance(0.15),
    // Now and then so long that the acquirer may forget its key before the payment is too old to be charged.
    policy: { ...defaultPaymentPolicy, sessionPatienceMs: ticks(100), ...(dice.chance(0.3) && { settleWithinMs: 48 * HOUR_MS }) },
  };
}
