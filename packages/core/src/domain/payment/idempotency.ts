// What makes two requests the same payment, and what makes every attempt at it one charge.
import type { Money } from '../money/money.ts';
import type { RefundId } from '../refund/refund.ts';
import { keyText } from './payment.ts';
import type { Acceptance, MerchantId, PaymentKey } from './payment.ts';
import type { PaymentRequest } from './payment-request.ts';

/**
 * The canonical text whose SHA-256 is the fingerprint. Amounts are whole minor units, so `10` and `"10.00"`
 * are the same. The payment method stands apart: left out, it matches whatever is stored. So does the session, which is
 * compared as it is: what was stored before there were sessions keeps its fingerprint.
 */
export function canonicalText(merchant: MerchantId, request: { readonly transactionId: string; readonly customerId: string; readonly amount: Money }): string {
  return ['payment/1', merchant, request.transactionId, request.customerId, request.amount.minor.toString(), request.amount.currency].join('\n');
}

/** Whether a repeated request asks for exactly what was accepted. */
export const isSameRequest = (stored: Acceptance, fingerprint: string, request: PaymentRequest): boolean =>
  stored.fingerprint === fingerprint && stored.sessionId === request.sessionId && (request.paymentMethod === undefined || request.paymentMethod === stored.paymentMethod);

/** The text whose SHA-256 is the acquirer's idempotency key: the same from either region, at every attempt. */
export const chargeKeyText = (key: PaymentKey): string => keyText(key);

/** The same for a refund. No id holds `#`, so no other charge or refund has this text. */
export const refundKeyText = (key: PaymentKey, id: RefundId): string => `${keyText(key)}#refund#${id}`;
