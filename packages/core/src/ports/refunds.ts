import type { AcceptedPayment, DecidedPayment, Payment, PaymentKey } from '../domain/payment/payment.ts';
import type { RefundAcceptance, RefundDecision } from '../domain/refund/refund.ts';

/**
 * The journal's writes about refunds, which live in their payment's item. As in {@link Journal}, each write is one
 * conditional update that may be repeated, and a PortFault of port `journal` means that its outcome is unknown.
 */
export interface RefundJournal {
  /**
   * Accepts the refund, if its payment is processed and told as such, has no refund of this id, fewer than 100 refunds,
   * and this amount left; and puts the payment back into work as never posted, placed by the refund's own time. Of the
   * payment as it was read only the acceptance counts, which never changes. Refused, it gives the payment that stands
   * there. `accepted` includes a repeat whose first answer was lost.
   */
  acceptRefund(payment: AcceptedPayment, refund: RefundAcceptance): Promise<{ readonly code: 'accepted' } | { readonly code: 'refused'; readonly payment: Payment | undefined }>;
  /**
   * Sets the decision of an accepted refund if none is set; a failed one gives its amount back to what is left, in the
   * same write. `won` is true when the stored decision is the one given. Undefined: no such refund.
   */
  decideRefund(key: PaymentKey, refund: RefundAcceptance, decision: RefundDecision): Promise<{ readonly won: boolean; readonly payment: DecidedPayment } | undefined>;
}
