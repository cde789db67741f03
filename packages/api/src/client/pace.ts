// How long an answer may take before a second endpoint is asked as well. Invariant: the delay follows what answers took
// lately, within bounds.

export interface PaceLimits {
  /** One try. */
  readonly timeoutMs: number;
  readonly hedgeMs: { readonly min: number; readonly max: number; readonly first: number };
}

/** Answered at once: one write or read in the journal. */
export const promptly: PaceLimits = { timeoutMs: 3_000, hedgeMs: { min: 30, max: 500, first: 200 } };
/** `POST /process` waits up to ten seconds for an outcome before it says `accepted`. */
export const patiently: PaceLimits = { timeoutMs: 12_000, hedgeMs: { min: 200, max: 2_000, first: 1_000 } };

/** Enough for a percentile, few enough to follow a change within a second of load. */
const REMEMBERED = 64;
/** So that one call in twenty is hedged when nothing is wrong. */
const HEDGED_FROM = 0.95;
/** Fewer answers say nothing about a percentile. */
const ANSWERS_MIN = 10;

export class Pace {
  readonly limits: PaceLimits;
  readonly #tookMs: number[] = [];
  #next = 0;

  constructor(limits: PaceLimits) {
    this.limits = limits;
  }

  /** Of an answer; or, of a try that was overtaken, how long it had been silent. */
  took(durationMs: number): void {
    this.#tookMs[this.#next] = durationMs;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** For a call that begins. */
  hedgeAfterMs(): number {
    const { min, max, first } = this.limits.hedgeMs;
    const known = this.#tookMs.length;
    if (known < ANSWERS_MIN) return first;
    return Math.min(max, Math.max(min, this.#tookMs.toSorted((a, b) => a - b)[Math.floor(known * HEDGED_FROM)] ?? first));
  }
}
