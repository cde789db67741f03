// The statements of the settlement book, and a file's row. Dates and 64-bit numbers come as text, see entry-rows.ts.
import { epochMs, epochOf } from '@understudy/core';
import type { BusinessDate, SettlementFile } from '@understudy/core';
import { AMOUNT_OF_ENTRY } from './entry-rows.ts';

/**
 * Assigned in one statement: on a slow machine 5,000 take a second, of the three that a statement has, and the fence
 * waits for it. Some 700 KB of text, held in memory as a whole.
 */
const ENTRIES_PER_FILE_MAX = 5000;

/**
 * Everything that assigning touches is reached by an index, row by row, so that it costs as much as the file and not as
 * the ledger; left to itself the planner reads whole tables once a file is a good part of them.
 */
export const ROW_BY_ROW: readonly string[] = ['SET LOCAL enable_seqscan = off', 'SET LOCAL enable_hashjoin = off', 'SET LOCAL enable_mergejoin = off'];

export const FILE_COLUMNS: string = `id, live, business_date::text AS business_date, currency, n, entry_count, total_minor, epoch,
  round(extract(epoch FROM assigned_at) * 1000)::bigint AS assigned_ms, published_epoch, sha256`;

export interface FileRow {
  readonly id: string;
  readonly live: boolean;
  readonly business_date: BusinessDate;
  readonly currency: string;
  readonly n: number;
  readonly entry_count: number;
  readonly total_minor: string;
  readonly epoch: string;
  readonly assigned_ms: string;
  readonly published_epoch: string;
  readonly sha256: string | null;
}

export const fileOf = (row: FileRow): SettlementFile => ({
  id: Number(row.id), live: row.live, businessDate: row.business_date, currency: row.currency, n: row.n, entryCount: row.entry_count, totalMinor: BigInt(row.total_minor),
  epoch: epochOf(Number(row.epoch)), assignedAt: epochMs(Number(row.assigned_ms)), publishedEpoch: epochOf(Number(row.published_epoch)),
  ...(row.sha256 !== null && { sha256: row.sha256 }),
});

/** The entries whose ids $n gives. Their payments lead to them: an id is made of its parts, see `entryId`. */
function entriesNamed(n: number): string {
  return `(SELECT entry.* FROM (SELECT DISTINCT id FROM unnest($${n}::text[]) AS listed (id)) AS named
    JOIN understudy.payment ON (payment.merchant_id, payment.transaction_id) = (split_part(named.id, '/', 1), split_part(split_part(named.id, '/', 2), '~', 1))
    JOIN understudy.entry USING (payment_no) WHERE entry.entry_id = named.id) AS entry`;
}

/** The entries that `chosen` names become a file: $1 its day, $2 its currency, $3 its number or null for the next, $4 the epoch, $5 the time, $6 whether it is live. */
const makeFile = (chosen: string): string => `
WITH chosen AS MATERIALIZED (${chosen}),
file AS (
  INSERT INTO understudy.settlement_file (live, business_date, currency, n, entry_count, total_minor, epoch, assigned_at)
  SELECT $6, $1, $2, coalesce($3::integer, (SELECT coalesce(max(n), 0) + 1 FROM understudy.settlement_file WHERE live = $6 AND business_date = $1 AND currency = $2)),
    count(*), sum(${AMOUNT_OF_ENTRY}), $4, to_timestamp($5::float8 / 1000)
  FROM chosen AS entry HAVING count(*) > 0
  RETURNING *
),
assigned AS (UPDATE understudy.entry SET file_id = file.id FROM file, chosen WHERE (entry.payment_no, entry.refund_id) = (chosen.payment_no, chosen.refund_id))
SELECT ${FILE_COLUMNS} FROM file`;

export const ASSIGN_NEXT: string = makeFile(`SELECT * FROM understudy.entry WHERE file_id IS NULL AND live = $6 AND currency = $2 AND business_date <= $1
  ORDER BY business_date, entry_id LIMIT ${ENTRIES_PER_FILE_MAX}`);
export const ASSIGN_FOUND: string = makeFile(`SELECT * FROM ${entriesNamed(7)}`);

/** $1 the day, $2 the currency, $3 the number, $4 the entries' ids, $5 whether they are live: what stands in the way of adopting a file. */
export const ADOPTABLE: string = `
SELECT EXISTS (SELECT FROM understudy.settlement_file WHERE business_date = $1 AND currency = $2 AND n = $3 AND live = $5) AS known,
  count(*) AS present, count(*) FILTER (WHERE file_id IS NULL AND currency = $2 AND live = $5) AS free
FROM ${entriesNamed(4)}`;

/** $1 the epoch, $2 how many of either kind. */
export const UNPUBLISHED: string = `
(SELECT ${FILE_COLUMNS} FROM understudy.settlement_file WHERE published_epoch = 0 ORDER BY id LIMIT $2)
UNION ALL
(SELECT ${FILE_COLUMNS} FROM understudy.settlement_file WHERE published_epoch > 0 AND published_epoch < $1 ORDER BY published_epoch, id LIMIT $2)`;

/**
 * For each currency with entries in no file, live and not, the earliest day after $1 that has some. From one to the
 * next by the index, however many entries wait for the end of their day.
 */
export const EARLIEST_OPEN = `
WITH RECURSIVE open AS (
  (SELECT live, currency FROM understudy.entry WHERE file_id IS NULL ORDER BY live, currency LIMIT 1)
  UNION ALL
  SELECT next.live, next.currency FROM open CROSS JOIN LATERAL (
    SELECT entry.live, entry.currency FROM understudy.entry
    WHERE entry.file_id IS NULL AND (entry.live, entry.currency) > (open.live, open.currency) ORDER BY entry.live, entry.currency LIMIT 1) AS next
)
SELECT live, currency, (SELECT entry.business_date::text FROM understudy.entry
  WHERE entry.file_id IS NULL AND entry.live = open.live AND entry.currency = open.currency AND entry.business_date > $1::date
  ORDER BY entry.business_date LIMIT 1) AS business_date
FROM open`;

export interface OpenRow {
  readonly live: boolean;
  readonly currency: string;
  readonly business_date: BusinessDate | null;
}
