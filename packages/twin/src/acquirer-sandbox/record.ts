/**
 * The acquirer's own record as others see it: one entry per idempotency key.
 *
 * Invariant: it hides nothing; `charges` and `voids` count what really happened under the key, also when the acquirer
 * forgot the key in between.
 */
import type { Charge, KeyRecord } from './charge-book.ts';
import type { Refund } from './refund-book.ts';

export interface RecordEntry {
  readonly key: string;
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly live: boolean;
  readonly outcome: 'approved' | 'declined' | 'in_progress';
  /** Every approved charge under the key was voided. */
  readonly voided: boolean;
  /** Given back of the charges under the key. */
  readonly refunded_minor: number;
  readonly requests: number;
  /** Approvals ever made under the key: more than one is a customer charged twice, but for `voids`. */
  readonly charges: number;
  readonly voids: number;
}

/** Large enough to make few writes, small enough to keep the loop free. */
const ENTRIES_PER_CHUNK = 256;

export type RefundedMinor = (charge: Charge) => number;

export function recordEntry(record: KeyRecord, refundedMinor: RefundedMinor): RecordEntry {
  const approved = record.charges.filter((charge) => charge.outcome === 'approved');
  const shown = approved.findLast((charge) => !charge.voided) ?? record.charges.at(-1);
  if (shown === undefined) throw new Error('a key is on record only with a charge');
  const voids = approved.filter((charge) => charge.voided).length;
  const { merchantId, transactionId, amountMinor, currency, live } = shown.content;
  return {
    key: record.key,
    merchant_id: merchantId,
    transaction_id: transactionId,
    amount_minor: Number(amountMinor),
    currency,
    live,
    outcome: shown.outcome,
    voided: voids > 0 && voids === approved.length,
    refunded_minor: record.charges.reduce((sum, charge) => sum + refundedMinor(charge), 0),
    requests: record.requests,
    charges: approved.length,
    voids,
  };
}

export interface RefundEntry {
  readonly key: string;
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly refund_id: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly live: boolean;
  readonly outcome: 'approved' | 'declined' | 'in_progress';
  readonly requests: number;
}

export const refundEntry = ({ key, content, outcome, requests }: Refund): RefundEntry => ({
  key,
  merchant_id: content.merchantId,
  transaction_id: content.transactionId,
  refund_id: content.refundId,
  amount_minor: Number(content.amountMinor),
  currency: content.currency,
  live: content.live,
  outcome,
  requests,
});

export function* recordAsJson(records: readonly KeyRecord[], refundedMinor: RefundedMinor): Generator<string> {
  yield '[';
  for (let start = 0; start < records.length; start += ENTRIES_PER_CHUNK) {
    const entries = records.slice(start, start + ENTRIES_PER_CHUNK).map((record) => JSON.stringify(recordEntry(record, refundedMinor)));
    yield (start === 0 ? '' : ',\n') + entries.join(',\n');
  }
  yield ']';
}
