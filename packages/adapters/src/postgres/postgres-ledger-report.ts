// Reads the books for an audit: every payment's row and whether its postings are those that the row asks for, summed by
// the database. Each page is one snapshot, so that a payment is never seen between its row and its postings.
// Invariant: what is there is reported, however wrong: postings without a payment as well.
import { assert, epochMs, keyText, merchantId, minorUnits, transactionId } from '@understudy/core';
import type { LedgerEntry, LedgerReport, Outcome, PageRequest, PaymentKey, RefundOutcome, ReportPage } from '@understudy/core';
import type { Connection } from './connection.ts';
import { withConnection } from './connection.ts';
import { LEDGER_PAGE_MAX } from './ledger-rows.ts';
import type { LedgerPool } from './ledger-pool.ts';
import { keyOf } from './payment-key-row.ts';
import type { KeyRow } from './payment-key-row.ts';

interface PaymentRow extends KeyRow {
  readonly payment_no: string;
  readonly amount_minor: string;
  readonly currency: string;
  readonly status: Outcome;
  readonly acquirer_reference: string | null;
  readonly posted_at: Date;
}

interface RefundRow extends KeyRow {
  readonly payment_no: string;
  readonly refund_id: string;
  readonly amount_minor: string;
  readonly status: RefundOutcome;
  readonly posted_at: Date;
}

interface LinesRow extends KeyRow {
  readonly payment_no: string;
  readonly lines: string;
  readonly matching: string;
}

const PAYMENTS = 'SELECT payment_no, merchant_id, transaction_id, amount_minor, currency, status, acquirer_reference, posted_at FROM understudy.payment';
const REFUNDS = 'SELECT payment_no, merchant_id, transaction_id, refund_id, amount_minor, status, posted_at FROM understudy.refund';

/** `within`: which numbers, of any of the tables. Said of each, so that each is read where its rows lie. */
const linesOf = (within: (table: string) => string): string => `SELECT posting.payment_no, posting.merchant_id, posting.transaction_id, count(*) AS lines,
    count(*) FILTER (WHERE posting.currency = paid.currency AND (account, posting.amount_minor) IN (
      ('acquirer:receivable', moved.minor), ('merchant:' || paid.merchant_id || ':payable', -moved.minor))) AS matching
  FROM understudy.posting
    LEFT JOIN understudy.payment AS paid ON ${within('paid')}
      AND (paid.payment_no, paid.merchant_id, paid.transaction_id) = (posting.payment_no, posting.merchant_id, posting.transaction_id)
    LEFT JOIN understudy.refund AS given ON ${within('given')}
      AND (given.payment_no, given.merchant_id, given.transaction_id, given.refund_id) = (posting.payment_no, posting.merchant_id, posting.transaction_id, posting.refund_id)
    CROSS JOIN LATERAL (SELECT CASE posting.refund_id WHEN '' THEN paid.amount_minor ELSE -given.amount_minor END AS minor) AS moved
  WHERE ${within('posting')}`;

/** $1 above which number, $2 up to which. */
const inPage = (table: string): string => `${table}.payment_no > $1 AND ${table}.payment_no <= $2`;
const LINES_OF_PAGE: string = `${linesOf(inPage)} GROUP BY 1, 2, 3`;
/** $1 the numbers, $2 and $3 the ids. */
const LINES_OF_KEY: string = `${linesOf((table) => `${table}.payment_no = ANY ($1::bigint[])`)} AND posting.merchant_id = $2 AND posting.transaction_id = $3 GROUP BY 1, 2, 3`;

/** Above every number: where the last page ends. */
const TOP = '9223372036854775807';
/** Payments with strays whose numbers are kept: more of them need somebody to find the one cause. */
const STRAYS_MAX = 10_000;

export class PostgresLedgerReport implements LedgerReport {
  readonly #pool: LedgerPool;
  /** Numbers of what a page found without its payment, for `of`: from ids alone only a payment leads to its postings. */
  readonly #strays = new Map<string, Set<string>>();

  constructor(pool: LedgerPool) {
    this.#pool = pool;
  }

  /** In the order in which the books were written, so that a page is read where its rows lie. */
  page({ limit, cursor = '0' }: PageRequest): Promise<ReportPage<LedgerEntry>> {
    assert(limit >= 1 && limit <= LEDGER_PAGE_MAX, 'a page of the ledger has a bounded size');
    return this.#inSnapshot(async (connection) => {
      const rows = await connection.query<PaymentRow>(`${PAYMENTS} WHERE payment_no > $1 ORDER BY payment_no LIMIT $2`, [cursor, limit]);
      const last = rows.length < limit ? undefined : rows.at(-1);
      const range = [cursor, last?.payment_no ?? TOP];
      const lines = await connection.query<LinesRow>(LINES_OF_PAGE, range);
      const refunds = await connection.query<RefundRow>(`${REFUNDS} WHERE ${inPage('refund')}`, range);
      const { entries, strays } = entriesOf(rows, lines, refunds);
      for (const stray of strays) this.#remember(stray);
      return { entries, ...(last && { cursor: last.payment_no }) };
    });
  }

  of(key: PaymentKey): Promise<LedgerEntry | undefined> {
    return this.#inSnapshot(async (connection) => {
      const ids = [key.merchantId, key.transactionId];
      const rows = await connection.query<PaymentRow>(`${PAYMENTS} WHERE merchant_id = $1 AND transaction_id = $2`, ids);
      const numbers = [...rows.map((row) => row.payment_no), ...(this.#strays.get(keyText(key)) ?? [])];
      if (numbers.length === 0) return undefined;
      const values = [numbers, ...ids];
      const lines = await connection.query<LinesRow>(LINES_OF_KEY, values);
      const refunds = await connection.query<RefundRow>(`${REFUNDS} WHERE payment_no = ANY ($1::bigint[]) AND merchant_id = $2 AND transaction_id = $3`, values);
      const { entries: [entry], strays } = entriesOf(rows, lines, refunds);
      return entry && strays.length > 0 ? { ...entry, balanced: false } : entry;
    });
  }

  #remember(stray: LinesRow | RefundRow): void {
    const text = keyText(keyOf(stray));
    const known = this.#strays.get(text);
    if (known) known.add(stray.payment_no);
    else if (this.#strays.size < STRAYS_MAX) this.#strays.set(text, new Set([stray.payment_no]));
  }

  #inSnapshot<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    return withConnection(this.#pool, async (connection) => {
      await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const result = await use(connection);
      await connection.commit();
      return result;
    });
  }
}

interface PageEntries {
  /** Those with a row first. */
  readonly entries: readonly LedgerEntry[];
  /** Rows that belong to no payment that is there under their number. */
  readonly strays: readonly (LinesRow | RefundRow)[];
}

function entriesOf(rows: readonly PaymentRow[], lines: readonly LinesRow[], refunds: readonly RefundRow[]): PageEntries {
  const placeOf = (row: PaymentRow | LinesRow | RefundRow): string => `${row.payment_no} ${keyText(keyOf(row))}`;
  const linesAt = new Map(lines.map((line) => [placeOf(line), line]));
  const refundsAt = Map.groupBy(refunds, placeOf);
  const known = new Set(rows.map(placeOf));
  const strays = [...lines, ...refunds].filter((row) => !known.has(placeOf(row)));
  return {
    entries: [
      ...rows.map((row) => entryOf(row, linesAt.get(placeOf(row)), refundsAt.get(placeOf(row)) ?? [])),
      ...strays.map((row): LedgerEntry => ({ side: 'ledger', ...keyOf(row), refunds: [], balanced: false, newestAt: epochMs(0) })),
    ],
    strays,
  };
}

/** Two postings for a charge and for each refund that was processed, none for anything else, all of them as the rows say: then they sum to zero. */
function entryOf(row: PaymentRow, line: LinesRow | undefined, refunds: readonly RefundRow[]): LedgerEntry {
  const wanted = 2 * (Number(row.status === 'processed') + refunds.filter((refund) => refund.status === 'processed').length);
  return {
    side: 'ledger',
    merchantId: merchantId(row.merchant_id),
    transactionId: transactionId(row.transaction_id),
    row: {
      amount: { minor: minorUnits(BigInt(row.amount_minor)), currency: row.currency },
      outcome: row.status,
      ...(row.acquirer_reference !== null && { reference: row.acquirer_reference }),
    },
    refunds: refunds.map((refund) => ({ refundId: refund.refund_id, minor: minorUnits(BigInt(refund.amount_minor)), outcome: refund.status })),
    balanced: Number(line?.lines ?? 0) === wanted && Number(line?.matching ?? 0) === wanted,
    newestAt: epochMs(Math.max(row.posted_at.getTime(), ...refunds.map((refund) => refund.posted_at.getTime()))),
  };
}
