import type { Payment, PaymentKey } from '../domain/payment/payment.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import type { EpochMs } from '../domain/time.ts';

/** How many shards the work index has: spreads 1,000 writes a second over its partitions. Part of the data; never shrinks. */
export const WORK_SHARDS = 64;

export interface WorkEntry {
  readonly key: PaymentKey;
  /** As the index knew it: it may lag without bound. */
  readonly postedEpoch: Epoch;
  readonly acceptedAt: EpochMs;
}

export interface WorkQuery {
  readonly shard: number;
  /** `below`: posted epoch less than `epoch`, oldest epoch first, then by acceptance; `equal`: exactly `epoch`. */
  readonly posted: 'below' | 'equal';
  readonly epoch: Epoch;
  /** With `below`: not those of an earlier epoch than this. */
  readonly from?: Epoch;
  readonly limit: number;
  readonly cursor?: string;
}

export interface ScanPage {
  readonly payments: readonly Payment[];
  /** Payments that are there and that this code cannot read, of a later version or damaged: one of them must not hide all others. */
  readonly unreadable?: readonly PaymentKey[];
  readonly cursor?: string;
}

/**
 * What is not yet known to be safe in both ledgers. Reads of the index are eventual, per region, and may
 * miss recent items for any length of time; `scan` is strong and complete, and costs the whole table.
 * Throws PortFault of port `journal`.
 */
export interface WorkIndex {
  query(query: WorkQuery): Promise<{ readonly entries: readonly WorkEntry[]; readonly cursor?: string }>;
  /** The whole index in one request, in no order. Undefined: more than `limit` entries, or than one request gives. */
  all(limit: number): Promise<readonly WorkEntry[] | undefined>;
  scan(page: { readonly limit: number; readonly cursor?: string }): Promise<ScanPage>;
}
