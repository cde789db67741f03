/** What `GET /twin/metrics?sinceMs=` answers: one sample a second, and at most ten minutes of them. */
import type { Region } from '@understudy/core';

export interface RegionSample {
  /** Payments acknowledged by this region's API. */
  readonly acks: number;
  /** Requests it could not serve: 429 and 5xx. What a dead region does not answer, nobody counts. */
  readonly errors: number;
  /** Of what it answered to payments; absent when there were none. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Rows that its ledger took: payments and refunds. */
  readonly settled: number;
  readonly lagMs?: number;
  readonly waiting: number;
}

export interface MetricsSample {
  /** Epoch milliseconds of the end of its second. */
  readonly at: number;
  readonly regions: Readonly<Record<Region, RegionSample>>;
}

export interface Metrics {
  readonly samples: readonly MetricsSample[];
}
