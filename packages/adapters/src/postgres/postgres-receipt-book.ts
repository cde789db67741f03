// The receipt book on PostgreSQL. Every question has an index of its own: what is due, the days there are, and a day's
// entries in the order of a bucket's listing.
import type { BusinessDate, DayToCheck, Entry, Epoch, ReceiptBook } from '@understudy/core';
import { ENTRY_COLUMNS, entryOf, JOIN_BOOKS, OF_ENTRY } from './entry-rows.ts';
import type { EntryRow } from './entry-rows.ts';
import { readUnder, writeUnder } from './fenced.ts';
import type { LedgerPool } from './ledger-pool.ts';

const DUE = `
WITH due AS MATERIALIZED (SELECT * FROM understudy.entry WHERE receipt_due ORDER BY entry_id LIMIT $1)
SELECT ${ENTRY_COLUMNS} FROM due AS entry ${JOIN_BOOKS} WHERE ${OF_ENTRY}`;

/** $1 ids of entries. Sorted, so that two publishers wait for each other in one order; found by the index of what is due, changed by their key. */
const WRITTEN = `
UPDATE understudy.entry SET receipt_due = false
FROM (SELECT payment_no, refund_id FROM understudy.entry WHERE entry_id = ANY ($1) AND receipt_due ORDER BY entry_id FOR UPDATE) AS due
WHERE (entry.payment_no, entry.refund_id) = (due.payment_no, due.refund_id)`;

/** $1 the epoch. From each day to the one before it by the index, however many entries a day has. */
const DAY_TO_CHECK = `
WITH RECURSIVE day AS (
  (SELECT business_date FROM understudy.entry ORDER BY business_date DESC LIMIT 1)
  UNION ALL
  SELECT earlier.business_date FROM day CROSS JOIN LATERAL (
    SELECT entry.business_date FROM understudy.entry WHERE entry.business_date < day.business_date ORDER BY entry.business_date DESC LIMIT 1) AS earlier
)
SELECT day.business_date::text AS business_date, CASE receipt_day.epoch WHEN $1 THEN receipt_day.after END AS after
FROM day LEFT JOIN understudy.receipt_day USING (business_date)
WHERE receipt_day.epoch IS DISTINCT FROM $1 OR receipt_day.after IS NOT NULL
ORDER BY day.business_date DESC LIMIT 1`;

const ENTRIES_OF_DAY = `
WITH page AS MATERIALIZED (
  SELECT * FROM understudy.entry WHERE business_date = $1 AND (entry_id || '.json') COLLATE "C" > $2 ORDER BY (entry_id || '.json') COLLATE "C" LIMIT $3
)
SELECT ${ENTRY_COLUMNS} FROM page AS entry ${JOIN_BOOKS} WHERE ${OF_ENTRY} ORDER BY (entry.entry_id || '.json') COLLATE "C"`;

export class PostgresReceiptBook implements ReceiptBook {
  readonly #pool: LedgerPool;

  constructor(pool: LedgerPool) {
    this.#pool = pool;
  }

  due(epoch: Epoch, limit: number): Promise<readonly Entry[] | 'fenced'> {
    return readUnder(this.#pool, epoch, async (connection) => (await connection.query<EntryRow>(DUE, [limit])).map(entryOf));
  }

  written(epoch: Epoch, entryIds: readonly string[]): Promise<'noted' | 'fenced'> {
    return writeUnder(this.#pool, epoch, async (connection) => {
      await connection.query(WRITTEN, [entryIds]);
      return 'noted' as const;
    });
  }

  dayToCheck(epoch: Epoch): Promise<DayToCheck | 'fenced' | undefined> {
    return readUnder(this.#pool, epoch, async (connection) => {
      const [row] = await connection.query<{ business_date: BusinessDate; after: string | null }>(DAY_TO_CHECK, [epoch]);
      return row && { businessDate: row.business_date, ...(row.after !== null && { after: row.after }) };
    });
  }

  entriesOfDay(epoch: Epoch, day: DayToCheck, limit: number): Promise<readonly Entry[] | 'fenced'> {
    return readUnder(this.#pool, epoch, async (connection) => (await connection.query<EntryRow>(ENTRIES_OF_DAY, [day.businessDate, day.after ?? '', limit])).map(entryOf));
  }

  checked(epoch: Epoch, day: DayToCheck): Promise<'noted' | 'fenced'> {
    return writeUnder(this.#pool, epoch, async (connection) => {
      await connection.query(
        `INSERT INTO understudy.receipt_day (business_date, epoch, after) VALUES ($1, $2, $3)
         ON CONFLICT (business_date) DO UPDATE SET epoch = excluded.epoch, after = excluded.after`,
        [day.businessDate, epoch, day.after ?? null],
      );
      return 'noted' as const;
    });
  }
}
