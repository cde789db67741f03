// The books of one region on PostgreSQL. A post is one transaction whose first act is the shared lock and whose second
// is the fence; whoever raised the fence before that lock was granted has therefore been seen. It repeats nothing
// itself: whether an unknown outcome is tried again is for the caller to say.
import { assert, keyText, refundId } from '@understudy/core';
import type { DecidedPayment, Epoch, Ledger, LedgerSnapshot, PaymentKey, PostResult, PresentRows, RefundId } from '@understudy/core';
import type { Connection } from './connection.ts';
import { withConnection } from './connection.ts';
import { FENCE_LOCK, fenceOf, READ_FENCE } from './fence.ts';
import type { FenceRow } from './fence.ts';
import type { LedgerPool } from './ledger-pool.ts';
import { keyOf, keyTexts } from './payment-key-row.ts';
import type { KeyRow } from './payment-key-row.ts';
import { decisionRow, FIND_DIFFERENCE, INSERT_DECISIONS } from './posting-sql.ts';
import { insertRefunds } from './refund-posting.ts';
import { databaseErrorOf, describe } from './sql-fault.ts';

/** More keys than this are asked for in several queries of the same snapshot. */
const PRESENT_KEYS_MAX = 1000;

/**
 * How long a snapshot's user may do other things between two questions: it walks the journal meanwhile. Longer than a
 * posting may idle, because a snapshot holds no lock that anyone waits for.
 */
const SNAPSHOT_IDLE_MS = 60_000;

const READ_ONLY_TRANSACTION = '25006';

export class PostgresLedger implements Ledger {
  readonly #pool: LedgerPool;

  constructor(pool: LedgerPool) {
    this.#pool = pool;
  }

  post(epoch: Epoch, payments: readonly DecidedPayment[]): Promise<PostResult> {
    return withConnection(this.#pool, async (connection) => {
      const { fence, inRecovery } = fenceOf(
        await connection.script<FenceRow>('BEGIN ISOLATION LEVEL READ COMMITTED', `SELECT pg_advisory_xact_lock_shared(${FENCE_LOCK})`, READ_FENCE),
      );
      const result = inRecovery || fence !== epoch
        ? ({ code: 'fenced', fence } satisfies PostResult)
        : await insert(connection, epoch, payments).catch((error: unknown) => refusalOf(error, fence));
      if (result.code !== 'posted') await connection.query('ROLLBACK');
      return result;
    });
  }

  withSnapshot<T>(use: (snapshot: LedgerSnapshot) => Promise<T>): Promise<T> {
    return withConnection(this.#pool, async (connection) => {
      const standing = fenceOf(
        await connection.script<FenceRow>('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', `SET LOCAL idle_in_transaction_session_timeout = ${SNAPSHOT_IDLE_MS}`, READ_FENCE),
      );
      let open = true;
      const result = await use({
        ...standing,
        present: (keys) => {
          assert(open, 'a snapshot is used only while it is open');
          return present(connection, keys);
        },
      }).finally(() => {
        open = false;
      });
      await connection.commit();
      return result;
    });
  }
}

/** Everything up to and including the commit. */
async function insert(connection: Connection, epoch: Epoch, payments: readonly DecidedPayment[]): Promise<PostResult> {
  const decisions = JSON.stringify(payments.map(decisionRow));
  const inserted = keyTexts(await connection.prepared<KeyRow>('insert_decisions', INSERT_DECISIONS, [decisions, epoch]));
  if (inserted.size < payments.length) {
    const [difference] = await connection.query<KeyRow & { readonly columns: string }>(FIND_DIFFERENCE, [decisions]);
    if (difference) return { code: 'refused', reason: `the row of ${keyText(keyOf(difference))} says something else in ${difference.columns}` };
  }
  const refunds = await insertRefunds(connection, epoch, payments);
  if (refunds.code === 'refused') return refunds;
  await connection.commit();
  return { code: 'posted', inserted: new Set([...inserted, ...refunds.of]) };
}

/** What the server definitely did not do; anything else is thrown on as unknown. */
function refusalOf(error: unknown, fence: Epoch): PostResult {
  const refusal = databaseErrorOf(error);
  if (refusal?.code === READ_ONLY_TRANSACTION) return { code: 'fenced', fence };
  if (refusal?.code?.startsWith('22') || refusal?.code?.startsWith('23')) return { code: 'refused', reason: describe(refusal) };
  throw error;
}

async function present(connection: Connection, keys: readonly PaymentKey[]): Promise<PresentRows> {
  const found = new Map<string, readonly RefundId[]>();
  // Also for no keys at all: the server is to hear of its snapshot's user before it takes it for gone.
  for (let start = 0; start === 0 || start < keys.length; start += PRESENT_KEYS_MAX) {
    const page = keys.slice(start, start + PRESENT_KEYS_MAX);
    const rows = await connection.query<KeyRow & { readonly refunds: readonly string[] }>(
      `SELECT merchant_id, transaction_id, ARRAY(
         SELECT refund_id FROM understudy.refund WHERE refund.merchant_id = payment.merchant_id AND refund.transaction_id = payment.transaction_id) AS refunds
       FROM understudy.payment JOIN unnest($1::text[], $2::text[]) AS wanted (merchant_id, transaction_id) USING (merchant_id, transaction_id)`,
      [page.map((key) => key.merchantId), page.map((key) => key.transactionId)],
    );
    for (const row of rows) found.set(keyText(keyOf(row)), row.refunds.map(refundId));
  }
  return found;
}
