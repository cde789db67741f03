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
  readonly amount_minor: string;
  readonly currency: string;
  readonly status: Outcome;
  readonly acquirer_reference: string | null;
  readonly posted_at: Date;
}

interface RefundRow extends KeyRow {
  readonly refund_id: string;
  readonly amount_minor: string;
  readonly status: RefundOutcome;
  readonly posted_at: Date;
}

interface LinesRow extends KeyRow {
  readonly lines: string;
  readonly matching: string;
}

const PAYMENTS = 'SELECT merchant_id, transaction_id, amount_minor, currency, status, acquirer_reference, posted_at FROM understudy.payment';
const REFUNDS = 'SELECT merchant_id, transaction_id, refund_id, amount_minor, status, posted_at FROM understudy.refund';

const LINES = `SELECT posting.merchant_id, posting.transaction_id, count(*) AS lines,
    count(*) FILTER (WHERE posting.currency = paid.currency AND (account, posting.amount_minor) IN (
      ('acquirer:receivable', moved.minor), ('merchant:' || paid.merchant_id || ':payable', -moved.minor))) AS matching
  FROM understudy.posting LEFT JOIN understudy.payment AS paid USING (merchant_id, transaction_id)
    LEFT JOIN understudy.refund AS given ON (given.merchant_id, given.transaction_id, given.refund_id) = (posting.merchant_id, posting.transaction_id, posting.refund_id)
    CROSS JOIN LATERAL (SELECT CASE posting.refund_id WHEN '' THEN paid.amount_minor ELSE -given.amount_minor END AS minor) AS moved`;

/** Above every id, whose characters are all ASCII: where the last page ends. */
const ABOVE_ALL = '\u{10ffff}';

export class PostgresLedgerReport implements LedgerReport {
  readonly #pool: LedgerPool;

  constructor(pool: LedgerPool) {
    this.#pool = pool;
  }

  page({ limit, cursor }: PageRequest): Promise<ReportPage<LedgerEntry>> {
    assert(limit >= 1 && limit <= LEDGER_PAGE_MAX, 'a page of the ledger has a bounded size');
    const [merchant = '', transaction = ''] = cursor?.split(' ') ?? [];
    return this.#inSnapshot(async (connection) => {
      const rows = await connection.query<PaymentRow>(
        `${PAYMENTS} WHERE (merchant_id, transaction_id) > ($1, $2) ORDER BY merchant_id, transaction_id LIMIT $3`, [merchant, transaction, limit]);
      const last = rows.length < limit ? undefined : rows.at(-1);
      const range = [merchant, transaction, last?.merchant_id ?? ABOVE_ALL, last?.transaction_id ?? ABOVE_ALL];
      const lines = await connection.query<LinesRow>(
        `${LINES} WHERE (posting.merchant_id, posting.transaction_id) > ($1, $2) AND (posting.merchant_id, posting.transaction_id) <= ($3, $4) GROUP BY 1, 2`,
        range);
      const refunds = await connection.query<RefundRow>(`${REFUNDS} WHERE (merchant_id, transaction_id) > ($1, $2) AND (merchant_id, transaction_id) <= ($3, $4)`, range);
      return { entries: entriesOf(rows, lines, refunds), ...(last && { cursor: `${last.merchant_id} ${last.transaction_id}` }) };
    });
  }

  of(key: PaymentKey): Promise<LedgerEntry | undefined> {
    return this.#inSnapshot(async (connection) => {
      const values = [key.merchantId, key.transactionId];
      const rows = await connection.query<PaymentRow>(`${PAYMENTS} WHERE merchant_id = $1 AND transaction_id = $2`, values);
      const lines = await connection.query<LinesRow>(`${LINES} WHERE posting.merchant_id = $1 AND posting.transaction_id = $2 GROUP BY 1, 2`, values);
      const refunds = await connection.query<RefundRow>(`${REFUNDS} WHERE merchant_id = $1 AND transaction_id = $2`, values);
      return entriesOf(rows, lines, refunds)[0];
    });
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

function entriesOf(rows: readonly PaymentRow[], lines: readonly LinesRow[], refunds: readonly RefundRow[]): readonly LedgerEntry[] {
  const linesOf = new Map(lines.map((line) => [keyText(keyOf(line)), line]));
  const refundsOf = Map.groupBy(refunds, (refund) => keyText(keyOf(refund)));
  const entries = rows.map((row) => entryOf(row, linesOf.get(keyText(keyOf(row))), refundsOf.get(keyText(keyOf(row))) ?? []));
  const known = new Set(rows.map((row) => keyText(keyOf(row))));
  const strays = new Map([...lines, ...refunds].map(keyOf).filter((key) => !known.has(keyText(key))).map((key) => [keyText(key), key]));
  return [...entries, ...[...strays.values()].map((key): LedgerEntry => ({ side: 'ledger', ...key, refunds: [], balanced: false, newestAt: epochMs(0) }))];
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
