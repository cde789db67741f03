/**
 * The journal over the strongly consistent table.
 * Invariant: each method is one conditional write; only a mark that lacks refunds takes a second one, to tell those it has. One call may be carried out at both endpoints, when the first
 * attempt's answer is lost: the writes that could mistake their own first attempt for somebody else's carry an id of
 * the call (`accept_id`, `fault_id`); the others are the same when done twice.
 */
import type { Acceptance, Decision, Epoch, Journal, Payment, PaymentKey, PostedMark, Quarantine, Random } from '@understudy/core';
import { isDecided, sameDecision, WORK_SHARDS } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { text, whole } from './item.ts';
import type { Item, ItemReader } from './item.ts';
import { Items } from './items.ts';
import { paymentPk } from './journal-table.ts';
import { acceptedItem, decisionMap, paymentOf, quarantineMap, spentItem, workPlace, workSort } from './payment-item.ts';
import { hasRefunds, refundCountOf, toldRefunds } from './refund-item.ts';

export class DynamoJournal implements Journal {
  readonly #items: Items;
  readonly #random: Random;

  constructor(connection: DynamoConnection, random: Random) {
    this.#items = new Items(connection, 'journal');
    this.#random = random;
  }

  async accept(key: PaymentKey, acceptance: Acceptance): ReturnType<Journal['accept']> {
    const standing = await this.#put(key, acceptedItem(key, acceptance, this.#random.integer(WORK_SHARDS)));
    return standing ? { code: 'exists', payment: paymentOf(standing) } : { code: 'created' };
  }

  async read(key: PaymentKey): Promise<Payment | undefined> {
    const item = await this.#items.read(paymentPk(key));
    return item && paymentOf(item);
  }

  async decide(key: PaymentKey, decision: Decision): ReturnType<Journal['decide']> {
    const { item } = await this.#items.change(paymentPk(key), {
      expression: 'SET #decision = :decision REMOVE #quarantine',
      condition: 'attribute_exists(#accepted_at) AND attribute_not_exists(#decision)',
      values: { ':decision': decisionMap(decision) },
    });
    const payment = item && paymentOf(item);
    // An id that was spent before it was seen holds a decision but no acceptance: there is nothing to decide.
    return payment && isDecided(payment) ? { won: sameDecision(payment.decision, decision), payment } : undefined;
  }

  async spend(key: PaymentKey, decision: Decision): ReturnType<Journal['spend']> {
    const standing = await this.#put(key, spentItem(key, decision));
    return standing ? { code: 'exists', payment: paymentOf(standing) } : { code: 'spent' };
  }

  async markPosted(key: PaymentKey, mark: PostedMark): Promise<boolean> {
    const refunds = mark.refunds ?? [];
    const [has, told] = [hasRefunds(refunds.length), toldRefunds(refunds)];
    // Sorts the index anew. Once `work` is gone the item is in no index, and a sort text alone does not bring it back.
    const { applied, item } = await this.#items.change(paymentPk(key), {
      expression: `SET #posted_epoch = :epoch, #settled_at = if_not_exists(#settled_at, :at), #settled_region = if_not_exists(#settled_region, :region), #work_sort = :sort ${told.expression}`,
      condition: `#posted_epoch <= :epoch AND ${has.condition}`,
      values: { ':epoch': whole(mark.epoch), ':at': whole(mark.at), ':region': text(mark.region), ':sort': text(workSort(mark.epoch, mark.acceptedAt)), ...has.values, ...told.values },
    });
    if (applied || !item || refundCountOf(item) === refunds.length) return true;
    if (refunds.length > 0) await this.#items.change(paymentPk(key), { expression: told.expression, condition: '#posted_epoch <= :epoch', values: { ':epoch': whole(mark.epoch), ...told.values } });
    return false;
  }

  async confirm(key: PaymentKey, epoch: Epoch, refunds = 0): Promise<boolean> {
    const has = hasRefunds(refunds);
    const { applied } = await this.#items.change(paymentPk(key), {
      expression: 'REMOVE #work, #work_sort',
      condition: `attribute_exists(#work) AND attribute_exists(#decision) AND #posted_epoch = :epoch AND begins_with(#work_sort, :place) AND ${has.condition}`,
      values: { ':epoch': whole(epoch), ':place': text(workPlace(epoch)), ...has.values },
    });
    return applied;
  }

  async recordFault(key: PaymentKey, quarantine: Quarantine | undefined): Promise<void> {
    await this.#items.change(paymentPk(key), {
      expression: `SET #attempts = #attempts + :one, #fault_id = :id${quarantine ? ', #quarantine = :quarantine' : ''}`,
      condition: 'attribute_exists(#attempts) AND (attribute_not_exists(#decision) OR #posted_epoch = :zero) AND (attribute_not_exists(#fault_id) OR #fault_id <> :id)',
      values: { ':one': whole(1), ':zero': whole(0), ':id': text(this.#random.id()), ...(quarantine && { ':quarantine': quarantineMap(quarantine) }) },
    });
  }

  /** What stands in the way, unless this very call put it there. */
  async #put(key: PaymentKey, attributes: Item): Promise<ItemReader | undefined> {
    const id = this.#random.id();
    const { standing } = await this.#items.putNew(paymentPk(key), { ...attributes, accept_id: text(id) });
    return standing?.has('accept_id') && standing.text('accept_id') === id ? undefined : standing;
  }
}
