// What a merchant asks to be given back, and whether the payment allows it. Never repeats a value: the text that is
// wrong may be a card number.
import { minorUnits } from '../money/money.ts';
import type { MinorUnits } from '../money/money.ts';
import { FAULTS_MAX, idFault, parseLimitedAmount, unknownFieldFault } from '../payment/payment-request.ts';
import type { Parsed, RequestFault } from '../payment/payment-request.ts';
import type { DecidedPayment, Payment } from '../payment/payment.ts';
import type { PaymentPolicy } from '../payment/policy.ts';
import { isRefundable, refundedMinor, refundId, REFUNDS_MAX, refundsOf } from './refund.ts';
import type { Refund, RefundId } from './refund.ts';

export interface RefundRequest {
  readonly refundId: RefundId;
  /** Decimal text, read once the payment and with it the currency is known. Absent: all that is left. */
  readonly amount?: string;
}

const fieldNames = ['refund_id', 'amount'];

/** Reads a parsed JSON body in which `amount`, when it was a JSON number, is the text it was written as. */
export function parseRefundRequest(body: unknown): Parsed<RefundRequest> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { ok: false, faults: [{ message: 'the body must be a JSON object' }] };
  const fields = body as Readonly<Record<string, unknown>>;
  const { amount } = fields;
  const faults = [
    idFault('refund_id', fields['refund_id']),
    amount === undefined || typeof amount === 'string' ? undefined : { field: 'amount', message: 'amount must be a number or a decimal string, or be left out' },
    ...Object.keys(fields).filter((name) => !fieldNames.includes(name)).map((name) => unknownFieldFault(name, fieldNames)),
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) return { ok: false, faults: faults.slice(0, FAULTS_MAX) };
  return { ok: true, value: { refundId: refundId(fields['refund_id'] as string), ...(typeof amount === 'string' && { amount }) } };
}

export type RefundVerdict =
  /** To be accepted over this amount. */
  | { readonly code: 'allowed'; readonly payment: DecidedPayment; readonly amountMinor: MinorUnits }
  /** Accepted before. */
  | { readonly code: 'repeated'; readonly refund: Refund }
  | { readonly code: 'idempotency_conflict' }
  | { readonly code: 'not_refundable'; readonly reason: string }
  | { readonly code: 'exceeds_charge' }
  | { readonly code: 'invalid_request'; readonly fault: RequestFault };

/** What a payment, as it stands, says to a request. A repeat is answered first: what was accepted stays accepted. */
export function judgeRefund(payment: Payment, request: RefundRequest, policy: PaymentPolicy): RefundVerdict {
  if (!isRefundable(payment)) return { code: 'not_refundable', reason: 'only a processed payment can be refunded' };
  const { amount: charged } = payment.acceptance;
  const asked = request.amount === undefined ? undefined : parseLimitedAmount(request.amount, charged.currency, policy);
  if (asked && 'message' in asked) return { code: 'invalid_request', fault: asked };
  const standing = refundsOf(payment).find((refund) => refund.refundId === request.refundId);
  if (standing) return asked === undefined || asked.minor === standing.amountMinor ? { code: 'repeated', refund: standing } : { code: 'idempotency_conflict' };
  if (refundsOf(payment).length >= REFUNDS_MAX) return { code: 'not_refundable', reason: `a payment has at most ${REFUNDS_MAX} refunds` };
  const left = charged.minor - refundedMinor(payment);
  const amountMinor = asked?.minor ?? minorUnits(left);
  return amountMinor > 0n && amountMinor <= left ? { code: 'allowed', payment, amountMinor } : { code: 'exceeds_charge' };
}
