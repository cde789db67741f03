/**
 * Compares the refunds that a merchant was promised with the acquirer's own record and the surviving ledger.
 * Invariant: as for payments, no status that the service reports counts as proof.
 */
import { activeRegion } from '../drill/check.ts';
import type { RunningTwin } from '../drill/running-twin.ts';

export interface PromisedRefund {
  readonly transactionId: string;
  readonly refundId: string;
  readonly amountMinor: number;
}

/** One sentence for each promise that is not kept; each refund is to be in the books once and given back once. */
export async function brokenRefunds(twin: RunningTwin, promised: readonly PromisedRefund[]): Promise<readonly string[]> {
  const [rows, given] = [await twin.ledgerRefunds(await activeRegion(twin)), await twin.refunds()];
  return promised.flatMap(({ transactionId, refundId, amountMinor }) => {
    const isOf = (entry: { readonly transaction_id: string; readonly refund_id: string }): boolean => entry.transaction_id === transactionId && entry.refund_id === refundId;
    const booked = rows.filter(isOf).map((row) => `${row.status} ${row.amount_minor}`).join(', ');
    const approved = given.filter((entry) => isOf(entry) && entry.outcome === 'approved').map((entry) => entry.amount_minor).join(', ');
    return booked === `processed ${amountMinor}` && approved === String(amountMinor)
      ? []
      : [`refund ${refundId} of ${transactionId} over ${amountMinor} is booked as ${booked || 'nothing'}, and given back is ${approved || 'nothing'}`];
  });
}
