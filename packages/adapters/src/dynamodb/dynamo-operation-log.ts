/**
 * What operators did by hand, one item each, listed through the index that also lists a customer's payments.
 * Invariant: an item is never changed. Its partition of the index is a name that no customer's can be.
 */
import type { Operation, OperationLog, Random } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { itemOf, text, whole } from './item.ts';
import type { ItemReader } from './item.ts';
import { Items } from './items.ts';
import { CUSTOMER_INDEX, operationPk } from './journal-table.ts';

/** Customers' partitions begin with `C#`. */
const PARTITION = '#operations';
const kinds = ['redrive', 'discard', 'void_orphan', 'redeliver', 'cancel', 'refund'] as const;

export class DynamoOperationLog implements OperationLog {
  readonly #connection: DynamoConnection;
  readonly #items: Items;
  readonly #random: Random;

  constructor(connection: DynamoConnection, random: Random) {
    this.#connection = connection;
    this.#items = new Items(connection, 'journal');
    this.#random = random;
  }

  async append(operation: Operation): Promise<void> {
    await this.#items.putNew(operationPk(this.#random.id()), itemOf({
      customer_key: text(PARTITION), accepted_at: whole(operation.at), by: text(operation.by), what: text(operation.what), subject: text(operation.subject),
      reason: operation.reason === undefined ? undefined : text(operation.reason),
    }));
  }

  async list(limit: number): Promise<readonly Operation[]> {
    const input = {
      TableName: this.#connection.table, IndexName: CUSTOMER_INDEX, Limit: limit, ScanIndexForward: false,
      KeyConditionExpression: '#customer_key = :partition',
      ExpressionAttributeNames: { '#customer_key': 'customer_key' }, ExpressionAttributeValues: { ':partition': text(PARTITION) },
    };
    const { Items: found = [] } = await this.#connection.call('journal', ({ service }) => service.call('Query', input));
    const items = await Promise.all(found.map((entry) => this.#items.read(entry['pk']?.S ?? '')));
    return items.filter((item) => item !== undefined).map(operationOf);
  }
}

const operationOf = (item: ItemReader): Operation => ({
  at: item.at('accepted_at'),
  by: item.text('by'),
  what: item.oneOf('what', kinds),
  subject: item.text('subject'),
  ...(item.has('reason') && { reason: item.text('reason') }),
});
