// The journal's writes about refunds in memory, each an indivisible step over the journal's own items.
import type { AcceptedPayment, DecidedPayment, Payment, PaymentKey, Refund, RefundAcceptance, RefundDecision, RefundId, RefundJournal } from '@understudy/core';
import { epochOf, isRefundable, refundedMinor, REFUNDS_MAX, refundsOf, sameDecision, sameRefund } from '@understudy/core';
import type { InMemoryJournal } from './in-memory-journal.ts';

const refundOf = (payment: Payment | undefined, id: RefundId): Refund | undefined => payment && refundsOf(payment).find((refund) => refund.refundId === id);

export class InMemoryRefunds implements RefundJournal {
  readonly #journal: InMemoryJournal;

  constructor(journal: InMemoryJournal) {
    this.#journal = journal;
  }

  async acceptRefund(of: AcceptedPayment, mine: RefundAcceptance): ReturnType<RefundJournal['acceptRefund']> {
    const payment = this.#journal.change(of, (standing) => {
      const refunds = refundsOf(standing);
      const isFree = isRefundable(standing) && refunds.length < REFUNDS_MAX && !refundOf(standing, mine.refundId);
      if (!isFree || refundedMinor(standing) + mine.amountMinor > standing.acceptance.amount.minor) return undefined;
      const byAcceptance = [...refunds, { ...mine, posted: false }].toSorted((a, b) => a.acceptedAt - b.acceptedAt || (a.refundId < b.refundId ? -1 : 1));
      return { payment: { ...standing, refunds: byAcceptance, inWork: true }, place: { postedEpoch: epochOf(0), acceptedAt: mine.acceptedAt } };
    });
    const standing = refundOf(payment, mine.refundId);
    return standing && sameRefund(standing, mine) ? { code: 'accepted' } : { code: 'refused', payment };
  }

  async decideRefund(key: PaymentKey, { refundId: id }: RefundAcceptance, decision: RefundDecision): ReturnType<RefundJournal['decideRefund']> {
    const payment = this.#journal.change(key, (standing) => {
      const refund = refundOf(standing, id);
      if (!refund || refund.decision) return undefined;
      return { payment: { ...standing, refunds: refundsOf(standing).map((other) => (other === refund ? { ...refund, decision } : other)) } };
    });
    const stored = refundOf(payment, id)?.decision;
    return stored && { won: sameDecision(stored, decision), payment: payment as DecidedPayment };
  }
}
