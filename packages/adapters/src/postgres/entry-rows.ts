// Entries as SQL returns them: joined from the books, so that what is published is what was posted. Dates and 64-bit
// numbers come as text, because the driver's own types would shift the one and round the other.
import { customerId, epochMs, merchantId, transactionId } from '@understudy/core';
import type { BusinessDate, Entry } from '@understudy/core';

export interface EntryRow {
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly refund_id: string;
  readonly customer_id: string;
  readonly live: boolean;
  readonly amount_minor: string;
  readonly currency: string;
  readonly decided_ms: string;
  readonly business_date: string;
  readonly acquirer_reference: string | null;
}

/** The amount of an entry is that of its posting to what the acquirer owes: below zero when money was given back. */
export const ENTRY_COLUMNS = `entry.merchant_id, entry.transaction_id, entry.refund_id, payment.customer_id, entry.live, posting.amount_minor, entry.currency,
  round(extract(epoch FROM coalesce(refund.decided_at, payment.decided_at)) * 1000)::bigint AS decided_ms, entry.business_date::text AS business_date,
  CASE entry.refund_id WHEN '' THEN payment.acquirer_reference ELSE refund.acquirer_reference END AS acquirer_reference`;

/** Follows a FROM clause that names `entry`. */
export const JOIN_BOOKS = `JOIN understudy.payment USING (payment_no, merchant_id, transaction_id)
  LEFT JOIN understudy.refund USING (payment_no, merchant_id, transaction_id, refund_id)
  JOIN understudy.posting USING (payment_no, merchant_id, transaction_id, refund_id)`;

/** Belongs to the WHERE clause. */
export const OF_ENTRY = `posting.account = 'acquirer:receivable'`;

/** The same amount, asked for row by row. */
export const AMOUNT_OF_ENTRY: string = `(SELECT posting.amount_minor FROM understudy.posting
  WHERE posting.payment_no = entry.payment_no AND posting.refund_id = entry.refund_id AND ${OF_ENTRY})`;

export const entryOf = (row: EntryRow): Entry => ({
  merchantId: merchantId(row.merchant_id),
  transactionId: transactionId(row.transaction_id),
  ...(row.refund_id !== '' && { refundId: row.refund_id }),
  customerId: customerId(row.customer_id),
  live: row.live,
  amountMinor: BigInt(row.amount_minor),
  currency: row.currency,
  decidedAt: epochMs(Number(row.decided_ms)),
  businessDate: row.business_date as BusinessDate,
  ...(row.acquirer_reference !== null && { acquirerReference: row.acquirer_reference }),
});
