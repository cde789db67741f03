/** What `GET /twin/load` and `GET /twin/drills` answer, and what is posted there. */

export const clientKinds = ['dns-only', 'dns-retrying', 'library'] as const;
export type ClientKind = (typeof clientKinds)[number];

/** More than the twin settles on a small machine, so that a queue can be watched as it grows. */
export const LOAD_RATE_MAX = 500;

export interface LoadOrder {
  /** 0 stops it. */
  readonly ratePerSecond: number;
  /** Who sends, in turn. */
  readonly clients?: readonly ClientKind[];
}

export interface LoadTally {
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  /** Calls that nobody answered, or with a 5xx or 429. */
  readonly unanswered: number;
  /** Not begun, because too many were under way. */
  readonly skipped: number;
  readonly underWay: number;
  /** Accepted in the last second. */
  readonly acceptedPerSecond: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** The longest time in which nothing was accepted while load was on. */
  readonly longestGapMs: number;
}

export interface LoadState {
  readonly ratePerSecond: number;
  readonly clients: readonly ClientKind[];
  readonly startedAt?: number;
  readonly tally?: LoadTally;
  /** Why it ended by itself. */
  readonly fault?: string;
}

export interface DrillScenario {
  readonly name: string;
  readonly about: string;
}

export interface DrillOrder {
  readonly scenario: string;
  readonly ratePerSecond: number;
  readonly scale: number;
  readonly seed: number;
}

export interface DrillRun extends DrillOrder {
  /** Names its report. */
  readonly name: string;
  readonly at: number;
  readonly state: 'running' | 'kept' | 'broken' | 'ended';
  /** What it said last, the latest last. */
  readonly said: readonly string[];
  readonly hasReport: boolean;
}

export interface DrillList {
  readonly scenarios: readonly DrillScenario[];
  /** Newest first. */
  readonly runs: readonly DrillRun[];
}
