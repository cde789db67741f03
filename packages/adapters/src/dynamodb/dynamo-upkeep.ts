/**
 * Upkeep of the journal's payments, and the bookmarks of long walks.
 * Invariant: a purge is one conditional write that is refused while anything about the payment may still change; what
 * it leaves is what a tombstone needs, and nothing that says who paid, how, or how much. A hold is removed only from who
 * has it, and long after its session ended.
 */
import type { Bookmarks, EpochMs, HoldUpkeep, PaymentKey, SessionKey, TransactionId, Upkeep } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { isRefusedCondition } from './faults.ts';
import { ITEM_VERSION, text, whole } from './item.ts';
import { Items } from './items.ts';
import { bookmarkPk, paymentPk } from './journal-table.ts';
import { sessionPk } from './sessions-table.ts';

/** Every attribute of a payment that goes. Decisions stay, its own and those of its refunds: they name nobody. */
const purgedAttributes = [
  'customer_id', 'customer_key', 'amount_minor', 'currency', 'payment_method', 'session_id', 'settle_before', 'work_sort', 'quarantine',
  'accept_id', 'fault_id',
] as const;

export class DynamoUpkeep implements Upkeep {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'journal');
  }

  async release(key: PaymentKey): Promise<boolean> {
    const { applied } = await this.#items.change(paymentPk(key), {
      expression: 'REMOVE #quarantine',
      condition: 'attribute_exists(#quarantine)',
      values: {},
    });
    return applied;
  }

  async purge(key: PaymentKey, { at, acceptedBefore }: { readonly at: EpochMs; readonly acceptedBefore: EpochMs }): Promise<boolean> {
    const { applied } = await this.#items.change(paymentPk(key), {
      expression: `SET #purged_at = :at REMOVE ${purgedAttributes.map((name) => `#${name}`).join(', ')}`,
      condition: 'attribute_not_exists(#purged_at) AND attribute_exists(#decision) AND #posted_epoch > :zero AND attribute_not_exists(#work) AND #accepted_at < :before',
      values: { ':at': whole(at), ':zero': whole(0), ':before': whole(acceptedBefore) },
    });
    return applied;
  }
}

/** The only items of the journal's table that are ever removed. */
export class DynamoHoldUpkeep implements HoldUpkeep {
  readonly #connection: DynamoConnection;

  constructor(connection: DynamoConnection) {
    this.#connection = connection;
  }

  async remove(key: SessionKey, { holder, endedBefore }: { readonly holder: TransactionId; readonly endedBefore: EpochMs }): Promise<boolean> {
    const removal = {
      TableName: this.#connection.table,
      Key: { pk: text(sessionPk(key)) },
      ConditionExpression: '#transaction_id = :holder AND #expires_at < :before AND #v <= :v',
      ExpressionAttributeNames: { '#transaction_id': 'transaction_id', '#expires_at': 'expires_at', '#v': 'v' },
      ExpressionAttributeValues: { ':holder': text(holder), ':before': whole(endedBefore), ':v': whole(ITEM_VERSION) },
    };
    try {
      await this.#connection.call('journal', ({ service }) => service.call('DeleteItem', removal));
      return true;
    } catch (error) {
      if (isRefusedCondition(error)) return false;
      throw error;
    }
  }
}

export class DynamoBookmarks implements Bookmarks {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'journal');
  }

  async read(name: string): Promise<string | undefined> {
    const item = await this.#items.read(bookmarkPk(name));
    return item?.has('place') === true ? item.text('place') : undefined;
  }

  async write(name: string, place: string | undefined): Promise<void> {
    await this.#items.overwrite(bookmarkPk(name), { name: text(name), place: place === undefined ? undefined : text(place) });
  }
}
