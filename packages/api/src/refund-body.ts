// What a caller is shown of refunds. Invariant: the answer to an acceptance is made from what was accepted alone, so that
// a repeat gets the same; an outcome is shown only once it stands in the books (core's refundStatusOf).
import { formatAmount, refundStatusOf } from '@understudy/core';
import type { Payment, Refund } from '@understudy/core';
import type { RefundBody, RefundsBody } from './bodies.ts';

const amountOf = (payment: Payment, refund: Refund): string =>
  formatAmount({ minor: refund.amountMinor, currency: payment.acceptance?.amount.currency ?? '' });

export const acceptedRefundBody = (payment: Payment, refund: Refund): RefundBody => ({
  refund_id: refund.refundId,
  transaction_id: payment.transactionId,
  amount: amountOf(payment, refund),
  status: 'accepted',
});

function refundBody(payment: Payment, refund: Refund): RefundBody {
  const status = refundStatusOf(refund);
  return { ...acceptedRefundBody(payment, refund), status, ...(status === 'failed' && { error: refund.decision?.code ?? 'declined' }) };
}

export const refundsBody = (payment: Payment, refunds: readonly Refund[]): RefundsBody => ({ refunds: refunds.map((refund) => refundBody(payment, refund)) });
