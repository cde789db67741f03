// Reads a ledger's rows in the order of their keys, a page at a time: for the audit and for people. Each page is of its
// own instant; since rows only ever appear, a row seen once stays as it was.
import { assert, epochOf, refundId } from '@understudy/core';
import type { Epoch, Outcome, PaymentKey, RefundId, RefundOutcome } from '@understudy/core';
import { withConnection } from './connection.ts';
import type { LedgerPool } from './ledger-pool.ts';
import { keyOf } from './payment-key-row.ts';
import type { KeyRow } from './payment-key-row.ts';

export interface LedgerRow extends PaymentKey {
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly status: Outcome;
  readonly epoch: Epoch;
}

export interface LedgerRefundRow extends Omit<LedgerRow, 'status'> {
  readonly refundId: RefundId;
  readonly status: RefundOutcome;
}

/** Bounds the memory of one page. */
export const LEDGER_PAGE_MAX = 10_000;

/** The next `limit` rows after the key `after`; fewer than `limit` means that there are no more for now. */
export function ledgerRows(pool: LedgerPool, page: { readonly after?: PaymentKey; readonly limit: number }): Promise<readonly LedgerRow[]> {
  assert(page.limit >= 1 && page.limit <= LEDGER_PAGE_MAX, 'a page of the ledger has a bounded size');
  return withConnection(pool, async (connection) => {
    const rows = await connection.query<KeyRow & { amount_minor: string; currency: string; status: Outcome; epoch: string }>(
      `SELECT merchant_id, transaction_id, amount_minor, currency, status, epoch FROM understudy.payment
       WHERE (merchant_id, transaction_id) > ($1, $2) ORDER BY merchant_id, transaction_id LIMIT $3`,
      [page.after?.merchantId ?? '', page.after?.transactionId ?? '', page.limit],
    );
    return rows.map((row) => ({
      ...keyOf(row),
      amountMinor: BigInt(row.amount_minor),
      currency: row.currency,
      status: row.status,
      epoch: epochOf(Number(row.epoch)),
    }));
  });
}

/** The same of refunds. */
export function ledgerRefundRows(pool: LedgerPool, page: { readonly after?: Pick<LedgerRefundRow, 'merchantId' | 'transactionId' | 'refundId'>; readonly limit: number }): Promise<readonly LedgerRefundRow[]> {
  assert(page.limit >= 1 && page.limit <= LEDGER_PAGE_MAX, 'a page of the ledger has a bounded size');
  return withConnection(pool, async (connection) => {
    const rows = await connection.query<KeyRow & { refund_id: string; amount_minor: string; currency: string; status: RefundOutcome; epoch: string }>(
      `SELECT merchant_id, transaction_id, refund_id, amount_minor, currency, status, epoch FROM understudy.refund
       WHERE (merchant_id, transaction_id, refund_id) > ($1, $2, $3) ORDER BY merchant_id, transaction_id, refund_id LIMIT $4`,
      [page.after?.merchantId ?? '', page.after?.transactionId ?? '', page.after?.refundId ?? '', page.limit],
    );
    return rows.map((row) => ({
      ...keyOf(row),
      refundId: refundId(row.refund_id),
      amountMinor: BigInt(row.amount_minor),
      currency: row.currency,
      status: row.status,
      epoch: epochOf(Number(row.epoch)),
    }));
  });
}

/** The number of the newest entry of this primary: each payment and refund takes one as it is posted, so that the difference of two is what was settled between them. */
export function newestEntry(pool: LedgerPool): Promise<number> {
  return withConnection(pool, async (connection) => {
    const [row] = await connection.query<{ last_value: string }>('SELECT last_value FROM understudy.outbox_id_seq');
    return Number(row?.last_value ?? 0);
  });
}
