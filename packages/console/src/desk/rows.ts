// Payments as rows of a list, from whichever record they were read. Pure.
import { formatAmount, refundsOf, statusOf } from '@understudy/core';
import type { BookedPayment, Money, Payment } from '@understudy/core';
import type { Mode, PaymentRow } from '../contract/desk.ts';

export const modeOf = (live: boolean): Mode => (live ? 'live' : 'test');

export const amountText = (minor: bigint, currency: string): string => formatAmount({ minor: minor as Money['minor'], currency });

const refundedOf = (minor: bigint, currency: string): { readonly refunded?: string } => (minor === 0n ? {} : { refunded: amountText(minor, currency) });

export function rowOfPayment(payment: Payment): PaymentRow {
  const { acceptance, tombstone, decision, settledAt } = payment;
  const currency = acceptance?.amount.currency ?? '';
  const given = refundsOf(payment).reduce((sum, refund) => (refund.decision?.outcome === 'processed' ? sum + refund.amountMinor : sum), 0n);
  return {
    merchant: payment.merchantId,
    id: payment.transactionId,
    customer: acceptance?.customerId ?? '',
    amount: acceptance ? formatAmount(acceptance.amount) : '',
    currency,
    status: statusOf(payment),
    mode: modeOf((acceptance ?? tombstone)?.live ?? false),
    at: settledAt ?? (acceptance ?? tombstone)?.acceptedAt ?? decision?.decidedAt ?? 0,
    ...(decision?.code !== undefined && { code: decision.code }),
    ...(currency !== '' && refundedOf(given, currency)),
  };
}

export const rowOfBooked = (payment: BookedPayment): PaymentRow => ({
  merchant: payment.merchantId,
  id: payment.transactionId,
  customer: payment.customerId,
  amount: formatAmount(payment.amount),
  currency: payment.amount.currency,
  status: payment.outcome,
  mode: modeOf(payment.live),
  at: payment.postedAt,
  ...(payment.code !== undefined && { code: payment.code }),
  ...refundedOf(payment.refundedMinor, payment.amount.currency),
});
