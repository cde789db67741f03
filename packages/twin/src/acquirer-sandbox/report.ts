/**
 * The acquirer's report as a merchant's books need it: every charge by itself, in the order in which they were made.
 *
 * Invariant: a page's cursor stays good: charges are only ever added at the end. Two charges under one key, after the
 * acquirer forgot it, are two lines.
 */
import type { Charge } from './charge-book.ts';
import type { RefundedMinor } from './record.ts';

export interface ReportQuery {
  readonly after: number;
  readonly limit: number;
}

const LIMIT_MAX = 1000;

/** A sentence instead of a query says what is allowed. */
export function parseReportQuery(query: URLSearchParams): ReportQuery | string {
  const after = query.get('after') ?? '0';
  const limit = query.get('limit') ?? String(LIMIT_MAX);
  if (!/^\d{1,15}$/.test(after)) return 'after must be the next of an earlier page';
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > LIMIT_MAX) return `limit must be a whole number from 1 to ${LIMIT_MAX}`;
  return { after: Number(after), limit: Number(limit) };
}

export function reportPage(all: readonly Charge[], { after, limit }: ReportQuery, refundedMinor: RefundedMinor): object {
  const end = after + limit;
  return { charges: all.slice(after, end).map((charge) => reportLine(charge, refundedMinor)), ...(end < all.length && { next: String(end) }) };
}

export const reportLine = (charge: Charge, refundedMinor: RefundedMinor): object => ({
  merchant_id: charge.content.merchantId,
  transaction_id: charge.content.transactionId,
  reference: charge.reference,
  amount_minor: charge.content.amountMinor,
  currency: charge.content.currency,
  live: charge.content.live,
  outcome: charge.outcome,
  voided: charge.voided,
  refunded_minor: String(refundedMinor(charge)),
  at: charge.atEpochMs,
});
