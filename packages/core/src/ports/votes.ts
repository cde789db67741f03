import type { Raised } from '../domain/failover/detect.ts';
import type { Region, Vantage } from '../domain/region/region.ts';
import type { EpochMs } from '../domain/time.ts';

/** What one detector last saw of one region. */
export interface Vote {
  readonly vantage: Vantage;
  readonly about: Region;
  readonly at: EpochMs;
  /** Consecutive probes that did not reach it (of itself: looks at which it could not settle), and when the first of them was. 0 when it was well. */
  readonly failures: number;
  readonly failingSince?: EpochMs;
  /** A region about itself: it cannot settle, has not been able to for long enough, and why. */
  readonly critical?: string;
  /** What this detector last told operators of what still stands: its own memory, and nobody else's concern. */
  readonly raised?: Raised;
}

/** The detectors' last votes, one per vantage, overwritten. Throws PortFault of port `votes`. */
export interface Votes {
  cast(vote: Vote): Promise<void>;
  list(): Promise<readonly Vote[]>;
}
