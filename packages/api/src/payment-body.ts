// What a caller is shown of a payment. Invariant: the answer to an acceptance is made from the stored acceptance
// alone, so that it stays the same for ever; an outcome is shown only once it stands in the books (core's statusOf).
// Nothing here decides anything.
import { acceptedOf, formatAmount, statusOf } from '@understudy/core';
import type { AcceptedPayment, EpochMs, Health, KnownPayment, Payment, Region, TransactionId } from '@understudy/core';
import type { AcceptedBody, CancelledBody, PaymentBody, PaymentsBody, ProcessedBody, ValidatedBody } from './bodies.ts';

export type HealthBody =
  | { readonly status: 'healthy'; readonly region: Region; readonly active: boolean }
  | { readonly status: 'unhealthy'; readonly reason: string; readonly region: Region };

const isoTime = (at: EpochMs): string => new Date(at).toISOString();

export function acceptedBody(payment: KnownPayment): AcceptedBody {
  const { acceptedAt, acceptedRegion } = acceptedOf(payment);
  return { transaction_id: payment.transactionId, status: 'accepted', accepted_at: isoTime(acceptedAt), region: acceptedRegion };
}

export const cancelledBody = (id: TransactionId): CancelledBody => ({ transaction_id: id, status: 'cancelled' });

/** A payment; or, for an id that was cancelled before it was ever seen, just that. */
export function paymentBody(payment: Payment): PaymentBody | CancelledBody {
  const { acceptance } = payment;
  if (!acceptance) return cancelledBody(payment.transactionId);
  const status = statusOf(payment);
  return {
    transaction_id: payment.transactionId,
    customer_id: acceptance.customerId,
    amount: formatAmount(acceptance.amount),
    currency: acceptance.amount.currency,
    ...(acceptance.paymentMethod === undefined ? {} : { payment_method: acceptance.paymentMethod }),
    status,
    accepted_at: isoTime(acceptance.acceptedAt),
    accepted_region: acceptance.acceptedRegion,
    ...(payment.settledAt === undefined ? {} : { settled_at: isoTime(payment.settledAt) }),
    ...(payment.settledRegion === undefined ? {} : { settled_region: payment.settledRegion }),
    ...(status === 'failed' ? { error: failureCode(payment) } : {}),
  };
}

/** One page of a customer's payments. */
export const paymentsBody = (payments: readonly AcceptedPayment[], nextCursor: string | undefined): PaymentsBody => ({
  payments: payments.map(paymentBody),
  ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
});

/** Why a payment failed: the acquirer's decline code, or `expired`. */
export const failureCode = (payment: Payment): string => payment.decision?.code ?? 'declined';

export const validatedBody = (id: TransactionId): ValidatedBody => ({ message: 'Payment validated successfully', transaction_id: id });

/** `at` is when it was first settled, so that a repeat says the same. */
export const processedBody = (id: TransactionId, at: EpochMs): ProcessedBody => ({
  message: 'Payment processed successfully',
  transaction_id: id,
  timestamp: Math.floor(at / 1000),
});

export const healthBody = (health: Health, place: { readonly region: Region; readonly active: boolean }): HealthBody =>
  health.healthy ? { status: 'healthy', ...place } : { status: 'unhealthy', reason: health.reason, region: place.region };
