// What each region takes the time to be. The world has one time, by which everything happens; a region's clock lies
// beside it, runs too fast or too slow, and jumps. No clock that a use case is given can see the world's.
import type { EpochMs, Vantage } from '@understudy/core';
import { epochMs } from '@understudy/core';
import { TICK_MS } from './ticks.ts';

interface Skew {
  offsetMs: number;
  /** How much it gains in each of the world's milliseconds. */
  drift: number;
  since: number;
}

/** Far more than a host that keeps its time is ever off; every bound on time that the protocol relies on is above it. */
export const SKEW_MAX_MS: number = 20 * TICK_MS;

export class RegionClocks {
  readonly #world: () => number;
  readonly #skews = new Map<Vantage, Skew>();

  constructor(world: () => number) {
    this.#world = world;
  }

  now(region: Vantage): EpochMs {
    return epochMs(this.#world() + this.#offsetOf(region));
  }

  /** From now on this clock is off by so much, and loses or gains. */
  jump(region: Vantage, offsetMs: number, drift = 0): void {
    this.#skews.set(region, { offsetMs, drift, since: this.#world() });
  }

  #offsetOf(region: Vantage): number {
    const skew = this.#skews.get(region);
    if (!skew) return 0;
    const offset = Math.round(skew.offsetMs + skew.drift * (this.#world() - skew.since));
    return Math.max(-SKEW_MAX_MS, Math.min(SKEW_MAX_MS, offset));
  }
}
