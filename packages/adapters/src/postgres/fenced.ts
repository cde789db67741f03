// A transaction of the primary of one epoch, and of nobody else: the shared lock first, then the fence, as for a posting.
// So whoever raises the fence knows that nothing of an older epoch is under way, whatever it writes.
import type { Epoch } from '@understudy/core';
import { withConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { FENCE_LOCK, fenceOf, READ_FENCE } from './fence.ts';
import type { FenceRow } from './fence.ts';
import type { LedgerPool } from './ledger-pool.ts';

const BEGIN_WRITING = ['BEGIN ISOLATION LEVEL READ COMMITTED', `SELECT pg_advisory_xact_lock_shared(${FENCE_LOCK})`, READ_FENCE];
const BEGIN_READING = ['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', READ_FENCE];

/** `work` is committed as a whole, or answered with `fenced` before it begins. */
export const writeUnder = <T>(pool: LedgerPool, epoch: Epoch, work: (connection: Connection) => Promise<T>): Promise<T | 'fenced'> =>
  under(pool, { epoch, begin: BEGIN_WRITING }, work);

/** One snapshot, of which the fence is a part. */
export const readUnder = <T>(pool: LedgerPool, epoch: Epoch, work: (connection: Connection) => Promise<T>): Promise<T | 'fenced'> =>
  under(pool, { epoch, begin: BEGIN_READING }, work);

function under<T>(pool: LedgerPool, { epoch, begin }: { readonly epoch: Epoch; readonly begin: readonly string[] }, work: (connection: Connection) => Promise<T>): Promise<T | 'fenced'> {
  return withConnection(pool, async (connection) => {
    const { fence, inRecovery } = fenceOf(await connection.script<FenceRow>(...begin));
    if (inRecovery || fence !== epoch) {
      await connection.query('ROLLBACK');
      return 'fenced';
    }
    const result = await work(connection);
    await connection.commit();
    return result;
  });
}
