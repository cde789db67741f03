/**
 * The payments of a customer by this region's copy of the table's customer index.
 * Invariant: the partition is made from the merchant and the customer that were asked for; where a page begins cannot
 * lead into another.
 */
import type { CustomerEntry, CustomerIndex, CustomerQuery } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { ItemReader, text, whole } from './item.ts';
import { CUSTOMER_INDEX, customerPartition, paymentPk } from './journal-table.ts';
import { keyOfPk } from './payment-item.ts';

export class DynamoCustomerIndex implements CustomerIndex {
  readonly #connection: DynamoConnection;

  constructor(connection: DynamoConnection) {
    this.#connection = connection;
  }

  async query({ merchantId, customerId, limit, after }: CustomerQuery): Promise<readonly CustomerEntry[]> {
    const partition = text(customerPartition(merchantId, customerId));
    const input = {
      TableName: this.#connection.table,
      IndexName: CUSTOMER_INDEX,
      KeyConditionExpression: '#customer_key = :customer',
      ExpressionAttributeNames: { '#customer_key': 'customer_key' },
      ExpressionAttributeValues: { ':customer': partition },
      ScanIndexForward: false,
      Limit: limit,
      ...(after && { ExclusiveStartKey: { pk: text(paymentPk({ merchantId, transactionId: after.transactionId })), customer_key: partition, accepted_at: whole(after.acceptedAt) } }),
    };
    // Entries are keys only, far below the size at which a page would end before its limit.
    const { Items = [] } = await this.#connection.call('journal', ({ service }) => service.call('Query', input));
    return Items.map((item) => {
      const entry = new ItemReader('journal', item);
      return { transactionId: keyOfPk(entry.text('pk')).transactionId, acceptedAt: entry.at('accepted_at') };
    });
  }
}
