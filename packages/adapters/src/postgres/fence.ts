// The fence as this server shows it, and the advisory lock that makes it a barrier: postings hold it shared until they
// end, whoever raises the fence holds it alone.
import { assert, epochOf } from '@understudy/core';
import type { Epoch } from '@understudy/core';

/** An arbitrary number that nothing else in this database locks. The guards in migration 2 hold the same one. */
export const FENCE_LOCK = 4_820_171_001;

/** Always a statement of its own after the lock: a snapshot older than the lock could show a fence that was raised since. */
export const READ_FENCE = 'SELECT epoch, pg_is_in_recovery() AS in_recovery FROM understudy.fence WHERE id = 1';

export interface FenceRow {
  /** bigint, which the driver gives as text. */
  readonly epoch: string;
  readonly in_recovery: boolean;
}

export function fenceOf(rows: readonly FenceRow[]): { readonly fence: Epoch; readonly inRecovery: boolean } {
  const row = rows[0];
  assert(row !== undefined, 'a migrated ledger has its fence row');
  return { fence: epochOf(Number(row.epoch)), inRecovery: row.in_recovery };
}
