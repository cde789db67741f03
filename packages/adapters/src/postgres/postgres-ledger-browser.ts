/**
 * One region's books for a person to look at. Invariant: it only reads, and each page looks at a bounded number of rows
 * through an index, whatever is asked for. The order is that of the outbox, which has one row for each payment posted,
 * by a number that only grows and an index that is there already.
 */
import { assert, epochMs, merchantId, minorUnits, transactionId } from '@understudy/core';
import type { BookedEntry, BookedNotice, BookedPage, BookedPayment, BookedPosting, BookedQuery, BookedRefund, BookedStory, LedgerBrowser, Outcome, PaymentKey, RefundOutcome } from '@understudy/core';
import { withConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import type { LedgerPool } from './ledger-pool.ts';

/** More than a person reads at once. */
const PAGE_MAX = 200;
/** Rows that one page may look at for what a filter lets through: some ten milliseconds. */
const LOOK_MAX = 5_000;
/** Above every number that an outbox gives. */
const TOP = '9223372036854775807';

interface PaymentRow {
  readonly place: string;
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly amount_minor: string;
  readonly currency: string;
  readonly status: Outcome;
  readonly code: string | null;
  readonly acquirer_reference: string | null;
  readonly epoch: string;
  readonly live: boolean;
  readonly decided_at: Date;
  readonly posted_at: Date;
  readonly refunded_minor: string;
}

const COLUMNS = `payment.merchant_id, payment.transaction_id, customer_id, payment.amount_minor, currency, status, code, acquirer_reference, epoch, live, decided_at, posted_at,
  (SELECT coalesce(sum(amount_minor), 0) FROM understudy.refund AS given
   WHERE (given.merchant_id, given.transaction_id) = (payment.merchant_id, payment.transaction_id) AND given.status = 'processed') AS refunded_minor`;

/** $1 below which place, $2 how many rows at most. */
const LOOK = 'SELECT min(id) AS last, count(*) AS looked FROM (SELECT id FROM understudy.outbox WHERE id < $1 ORDER BY id DESC LIMIT $2) AS page';

/** $1 below which place, $2 down to which, $3 to $5 the filters, $6 the limit. */
const NEWEST = `SELECT outbox.id AS place, ${COLUMNS}
  FROM understudy.outbox JOIN understudy.payment USING (payment_no, merchant_id, transaction_id)
  WHERE outbox.id < $1 AND outbox.id >= $2 AND outbox.refund_id = ''
    AND ($3::text IS NULL OR payment.status = $3) AND ($4::text IS NULL OR payment.merchant_id = $4) AND ($5::boolean IS NULL OR payment.live = $5)
  ORDER BY outbox.id DESC LIMIT $6`;

/** From each name to the next by the primary key: as many steps as there are merchants. */
const MERCHANTS = `WITH RECURSIVE found AS (
    (SELECT merchant_id, 1 AS n FROM understudy.payment ORDER BY merchant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT merchant_id FROM understudy.payment WHERE merchant_id > found.merchant_id ORDER BY merchant_id LIMIT 1), n + 1
    FROM found WHERE found.merchant_id IS NOT NULL AND n < 100)
  SELECT merchant_id FROM found WHERE merchant_id IS NOT NULL`;

const OF_KEY = 'WHERE merchant_id = $1 AND transaction_id = $2';
/** Of what belongs to a payment. */
const OF_ITS_NUMBER = `WHERE payment_no = (SELECT payment_no FROM understudy.payment ${OF_KEY})`;

export class PostgresLedgerBrowser implements LedgerBrowser {
  readonly #pool: LedgerPool;

  constructor(pool: LedgerPool) {
    this.#pool = pool;
  }

  newest({ limit, before = TOP, outcome, merchantId: merchant, live }: BookedQuery): Promise<BookedPage> {
    assert(limit >= 1 && limit <= PAGE_MAX, 'a page of the books has a bounded size');
    assert(/^\d{1,19}$/.test(before), 'a place in the books is a number');
    return withConnection(this.#pool, async (connection) => {
      const [range] = await connection.query<{ last: string | null; looked: string }>(LOOK, [before, LOOK_MAX]);
      if (!range || range.last === null) return { payments: [], looked: 0 };
      const rows = await connection.query<PaymentRow>(NEWEST, [before, range.last, outcome ?? null, merchant ?? null, live ?? null, limit]);
      const last = rows.length === limit ? rows.at(-1)?.place : Number(range.looked) === LOOK_MAX ? range.last : undefined;
      return { payments: rows.map(paymentOf), looked: Number(range.looked), ...(last !== undefined && { next: last }) };
    });
  }

  story(key: PaymentKey): Promise<BookedStory> {
    const values = [key.merchantId, key.transactionId];
    return withConnection(this.#pool, async (connection) => {
      await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const [payment] = await connection.query<PaymentRow>(`SELECT '' AS place, ${COLUMNS} FROM understudy.payment ${OF_KEY}`, values);
      const story: BookedStory = {
        ...(payment && { payment: paymentOf(payment) }),
        postings: await postingsOf(connection, values),
        refunds: await refundsOf(connection, values),
        notices: await noticesOf(connection, values),
        entries: await entriesOf(connection, values),
      };
      await connection.commit();
      return story;
    });
  }

  async merchants(): Promise<readonly string[]> {
    const rows = await withConnection(this.#pool, (connection) => connection.query<{ merchant_id: string }>(MERCHANTS));
    return rows.map((row) => row.merchant_id);
  }
}

const paymentOf = (row: PaymentRow): BookedPayment => ({
  merchantId: merchantId(row.merchant_id), transactionId: transactionId(row.transaction_id), customerId: row.customer_id,
  amount: { minor: minorUnits(BigInt(row.amount_minor)), currency: row.currency },
  outcome: row.status, epoch: Number(row.epoch), live: row.live,
  ...(row.code !== null && { code: row.code }), ...(row.acquirer_reference !== null && { reference: row.acquirer_reference }),
  decidedAt: epochMs(row.decided_at.getTime()), postedAt: epochMs(row.posted_at.getTime()), refundedMinor: minorUnits(BigInt(row.refunded_minor)),
});

type Values = readonly unknown[];

async function postingsOf(connection: Connection, values: Values): Promise<readonly BookedPosting[]> {
  const rows = await connection.query<{ account: string; amount_minor: string; currency: string; refund_id: string }>(`SELECT account, amount_minor, currency, refund_id FROM understudy.posting ${OF_ITS_NUMBER} ORDER BY id`, values);
  return rows.map((row) => ({ account: row.account, amountMinor: BigInt(row.amount_minor), currency: row.currency, ...(row.refund_id !== '' && { refundId: row.refund_id }) }));
}

async function refundsOf(connection: Connection, values: Values): Promise<readonly BookedRefund[]> {
  const rows = await connection.query<{ refund_id: string; amount_minor: string; status: RefundOutcome; code: string | null; acquirer_reference: string | null; epoch: string; posted_at: Date }>(
    `SELECT refund_id, amount_minor, status, code, acquirer_reference, epoch, posted_at FROM understudy.refund ${OF_KEY} ORDER BY posted_at, refund_id`, values);
  return rows.map((row) => ({
    refundId: row.refund_id, amountMinor: minorUnits(BigInt(row.amount_minor)), outcome: row.status, epoch: Number(row.epoch), postedAt: epochMs(row.posted_at.getTime()),
    ...(row.code !== null && { code: row.code }), ...(row.acquirer_reference !== null && { reference: row.acquirer_reference }),
  }));
}

interface NoticeRow {
  readonly event: string;
  readonly created_at: Date;
  readonly addressed_at: Date | null;
  readonly id: string | null;
  readonly target: string | null;
  readonly failures: number | null;
  readonly due_at: Date | null;
  readonly told_at: Date | null;
  readonly dead_at: Date | null;
  readonly last_answer: string | null;
}

async function noticesOf(connection: Connection, values: Values): Promise<readonly BookedNotice[]> {
  const rows = await connection.query<NoticeRow>(
    `SELECT event, created_at, addressed_at, delivery.id, target, failures, due_at, told_at, dead_at, last_answer
     FROM understudy.outbox LEFT JOIN understudy.delivery ON delivery.outbox_id = outbox.id ${OF_ITS_NUMBER} ORDER BY outbox.id, delivery.id`, values);
  return rows.map((row) => ({
    event: row.event, at: epochMs(row.created_at.getTime()), failures: row.failures ?? 0,
    ...(row.addressed_at && { addressedAt: epochMs(row.addressed_at.getTime()) }),
    ...(row.target !== null && { target: row.target }), ...(row.id !== null && { deliveryId: row.id }),
    ...(row.due_at && { dueAt: epochMs(row.due_at.getTime()) }), ...(row.told_at && { toldAt: epochMs(row.told_at.getTime()) }),
    ...(row.dead_at && { deadAt: epochMs(row.dead_at.getTime()) }), ...(row.last_answer !== null && { lastAnswer: row.last_answer }),
  }));
}

interface EntryRow {
  readonly refund_id: string;
  readonly receipt_due: boolean;
  readonly file_date: string | null;
  readonly currency: string;
  readonly n: number;
  readonly published_epoch: string;
}

async function entriesOf(connection: Connection, values: Values): Promise<readonly BookedEntry[]> {
  const rows = await connection.query<EntryRow>(
    `SELECT refund_id, receipt_due, settlement_file.business_date::text AS file_date, entry.currency, n, published_epoch
     FROM understudy.entry LEFT JOIN understudy.settlement_file ON settlement_file.id = file_id ${OF_ITS_NUMBER} ORDER BY refund_id`, values);
  return rows.map((row) => ({
    receiptDue: row.receipt_due, ...(row.refund_id !== '' && { refundId: row.refund_id }),
    ...(row.file_date !== null && { file: { businessDate: row.file_date, currency: row.currency, n: row.n, publishedEpoch: Number(row.published_epoch) } }),
  }));
}
