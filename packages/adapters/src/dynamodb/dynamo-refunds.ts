/**
 * The journal's writes about refunds, each one conditional update of the payment's item.
 * Invariant: what was not failed never exceeds the charge, because `refunded_minor` is compared and raised in one write,
 * and lowered only together with the one decision that says failed. Each write is the same when done twice: a repeat
 * finds its refund, or its decision, there.
 */
import type { AcceptedPayment, PaymentKey, Random, RefundAcceptance, RefundDecision, RefundJournal } from '@understudy/core';
import { assert, epochOf, isRefundable, REFUNDS_MAX, refundsOf, sameDecision, sameRefund, WORK_SHARDS } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { text, whole } from './item.ts';
import { Items } from './items.ts';
import { paymentPk } from './journal-table.ts';
import { paymentOf, workShard, workSort } from './payment-item.ts';
import { refundDecisionMap, refundMap, refundName } from './refund-item.ts';

export class DynamoRefunds implements RefundJournal {
  readonly #items: Items;
  readonly #random: Random;

  constructor(connection: DynamoConnection, random: Random) {
    this.#items = new Items(connection, 'journal');
    this.#random = random;
  }

  async acceptRefund(of: AcceptedPayment, refund: RefundAcceptance): ReturnType<RefundJournal['acceptRefund']> {
    const charged = of.acceptance.amount.minor;
    assert(refund.amountMinor > 0n && refund.amountMinor <= charged, 'a refund gives back a part of its charge');
    const { item } = await this.#items.change(paymentPk(of), {
      expression: `SET #refund = :refund, #refund_count = if_not_exists(#refund_count, :zero) + :one, #refunded_minor = if_not_exists(#refunded_minor, :zero) + :amount,
        #work = if_not_exists(#work, :work), #work_sort = :sort`,
      condition: `attribute_not_exists(#refund) AND #amount_minor = :charged AND #decision.#outcome = :processed AND #posted_epoch > :zero
        AND (attribute_not_exists(#refund_count) OR #refund_count < :max) AND (attribute_not_exists(#refunded_minor) OR #refunded_minor <= :left)`,
      names: { '#refund': refundName(refund.refundId) },
      values: {
        ':refund': refundMap(refund), ':amount': whole(refund.amountMinor), ':charged': whole(charged), ':left': whole(charged - refund.amountMinor),
        ':processed': text('processed'), ':zero': whole(0), ':one': whole(1), ':max': whole(REFUNDS_MAX),
        ':work': text(workShard(this.#random.integer(WORK_SHARDS))), ':sort': text(workSort(epochOf(0), refund.acceptedAt)),
      },
    });
    const payment = item && paymentOf(item);
    const standing = payment && refundsOf(payment).find((other) => other.refundId === refund.refundId);
    return standing && sameRefund(standing, refund) ? { code: 'accepted' } : { code: 'refused', payment };
  }

  async decideRefund(key: PaymentKey, refund: RefundAcceptance, decision: RefundDecision): ReturnType<RefundJournal['decideRefund']> {
    const givenBack = decision.outcome === 'failed';
    const { item } = await this.#items.change(paymentPk(key), {
      expression: `SET #refund.#decision = :decision${givenBack ? ', #refunded_minor = #refunded_minor - :amount' : ''}`,
      condition: 'attribute_exists(#refund) AND attribute_not_exists(#refund.#decision)',
      names: { '#refund': refundName(refund.refundId) },
      values: { ':decision': refundDecisionMap(decision), ...(givenBack && { ':amount': whole(refund.amountMinor) }) },
    });
    const payment = item && paymentOf(item);
    const stored = payment && refundsOf(payment).find((other) => other.refundId === refund.refundId)?.decision;
    return payment && stored && isRefundable(payment) ? { won: sameDecision(stored, decision), payment } : undefined;
  }
}
