// Accepts a refund in either region, at any time. Invariant: 202 is answered only after the journal holds the refund,
// one id is one refund of its payment for ever, and accepted refunds never exceed what was charged: the journal's own
// condition sees to it, whatever was read before. Asks no acquirer and decides nothing.
import type { RequestFault } from '../domain/payment/payment-request.ts';
import type { Payment, TransactionId } from '../domain/payment/payment.ts';
import { refundsOf } from '../domain/refund/refund.ts';
import type { Refund, RefundAcceptance } from '../domain/refund/refund.ts';
import { judgeRefund } from '../domain/refund/refund-request.ts';
import type { RefundRequest } from '../domain/refund/refund-request.ts';
import { isPortFault } from '../ports/fault.ts';
import type { RefundJournal } from '../ports/refunds.ts';
import type { AcceptPorts, Caller } from './accept-payment.ts';
import { readPayment } from './read-payment.ts';
import { repeat } from './repeat.ts';

export type RefundPorts = AcceptPorts & { readonly refunds: RefundJournal };

export type AcceptRefundResult =
  | { readonly code: 'accepted'; readonly isNew: boolean; readonly payment: Payment; readonly refund: Refund }
  | { readonly code: 'invalid_request'; readonly fault: RequestFault }
  | { readonly code: 'not_found' }
  /** The refund id stands for another amount. */
  | { readonly code: 'idempotency_conflict' }
  | { readonly code: 'not_refundable'; readonly reason: string }
  | { readonly code: 'exceeds_charge' }
  /** Unknown: the same refund id may be sent again, anywhere. */
  | { readonly code: 'unavailable' };

/**
 * A refused write changed nothing, and what stands then nearly always says why. It does not when refunds of the same
 * payment fail or are accepted in between, which 100 refunds cannot do for long.
 */
const TRIES = 10;

/** Refusals: all codes but `accepted`; `unavailable` means that the outcome is unknown. */
export async function acceptRefund(ports: RefundPorts, caller: Caller, { transactionId, request }: { readonly transactionId: TransactionId; readonly request: RefundRequest }): Promise<AcceptRefundResult> {
  try {
    const read = await readPayment(ports, caller, transactionId);
    if (read.code === 'gone') return { code: 'not_refundable', reason: 'the payment is too old to be refunded' };
    if (read.code !== 'found') return read;
    let standing: Payment | undefined = read.payment;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (!standing) return { code: 'not_found' };
      const verdict = judgeRefund(standing, request, ports.policy);
      if (verdict.code === 'repeated') return { code: 'accepted', isNew: false, payment: standing, refund: verdict.refund };
      if (verdict.code !== 'allowed') return verdict;
      const refund: RefundAcceptance = { refundId: request.refundId, amountMinor: verdict.amountMinor, acceptedAt: ports.clock.now(), acceptedRegion: ports.region };
      const result = await repeat(ports.clock, () => ports.refunds.acceptRefund(verdict.payment, refund));
      if (result.code === 'accepted') return { code: 'accepted', isNew: true, payment: standing, refund: { ...refund, posted: false } };
      standing = result.payment;
    }
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('refund_unknown', { transaction_id: transactionId, cause: error.message });
  }
  return { code: 'unavailable' };
}

export type ReadRefundsResult =
  | { readonly code: 'found'; readonly payment: Payment; readonly refunds: readonly Refund[] }
  | { readonly code: 'not_found' | 'gone' | 'unavailable' };

/** The refunds of a payment, in the order of their acceptance. */
export async function readRefunds(ports: Pick<RefundPorts, 'journal' | 'clock'>, caller: Caller, transactionId: TransactionId): Promise<ReadRefundsResult> {
  const read = await readPayment(ports, caller, transactionId);
  return read.code === 'found' ? { ...read, refunds: refundsOf(read.payment) } : read;
}
