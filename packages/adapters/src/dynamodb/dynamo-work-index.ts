/**
 * The work index of this region: the sparse index of the table, and the strong scan of the table itself.
 * Invariant: an index entry says what the index knows, which may be old; the scan is complete and strong. Which of
 * the two is needed is the application's to know.
 */
import type { Payment, PaymentKey, ScanPage, WorkEntry, WorkIndex, WorkQuery } from '@understudy/core';
import { assert, epochMs, epochOf, isPortFault, WORK_SHARDS } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { ItemReader, text } from './item.ts';
import type { Item } from './item.ts';
import { PAYMENT_PREFIX, WORK_INDEX } from './journal-table.ts';
import { keyOfPk, paymentOf, sortDigits, workPlace, workShard } from './payment-item.ts';

/** `#` sorts before every digit, so the plain digits of an epoch stand before all its entries and after all earlier ones. */
const rangeOf = ({ posted, epoch, from }: WorkQuery): { readonly condition: string; readonly values: Item } => {
  if (posted === 'equal') return { condition: 'begins_with(#work_sort, :place)', values: { ':place': text(workPlace(epoch)) } };
  if (from === undefined) return { condition: '#work_sort < :below', values: { ':below': text(sortDigits(epoch)) } };
  return { condition: '#work_sort BETWEEN :from AND :below', values: { ':from': text(sortDigits(from)), ':below': text(sortDigits(epoch)) } };
};

const entryOf = (item: Item): WorkEntry => {
  const reader = new ItemReader('journal', item);
  const [postedEpoch, acceptedAt] = reader.text('work_sort').split('#').map(Number);
  assert(postedEpoch !== undefined && acceptedAt !== undefined, 'the sort text of an entry is an epoch and a time');
  return { key: keyOfPk(reader.text('pk')), postedEpoch: epochOf(postedEpoch), acceptedAt: epochMs(acceptedAt) };
};

export class DynamoWorkIndex implements WorkIndex {
  readonly #connection: DynamoConnection;

  constructor(connection: DynamoConnection) {
    this.#connection = connection;
  }

  async query(query: WorkQuery): ReturnType<WorkIndex['query']> {
    assert(query.shard >= 0 && query.shard < WORK_SHARDS, 'a shard is one of those that exist');
    const range = rangeOf(query);
    const shard = workShard(query.shard);
    const [pk, sort] = query.cursor?.split(' ') ?? [];
    const input = {
      TableName: this.#connection.table,
      IndexName: WORK_INDEX,
      KeyConditionExpression: `#work = :work AND ${range.condition}`,
      ExpressionAttributeNames: { '#work': 'work', '#work_sort': 'work_sort' },
      ExpressionAttributeValues: { ':work': text(shard), ...range.values },
      Limit: query.limit,
      ...(pk !== undefined && sort !== undefined && { ExclusiveStartKey: { pk: text(pk), work: text(shard), work_sort: text(sort) } }),
    };
    const { Items = [], LastEvaluatedKey: last } = await this.#connection.call('journal', ({ service }) => service.call('Query', input));
    return { entries: Items.map(entryOf), ...(last && { cursor: `${last['pk']?.S} ${last['work_sort']?.S}` }) };
  }

  async all(limit: number): ReturnType<WorkIndex['all']> {
    const input = { TableName: this.#connection.table, IndexName: WORK_INDEX, Limit: limit };
    const { Items = [], LastEvaluatedKey: last } = await this.#connection.call('journal', ({ service }) => service.call('Scan', input));
    return last ? undefined : Items.map(entryOf);
  }

  /** A page may be empty and still have a cursor: the table holds other items too. */
  async scan(page: { readonly limit: number; readonly cursor?: string }): Promise<ScanPage> {
    const input = {
      TableName: this.#connection.table,
      ConsistentRead: true,
      FilterExpression: 'begins_with(#pk, :prefix)',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: { ':prefix': text(PAYMENT_PREFIX) },
      Limit: page.limit,
      ...(page.cursor !== undefined && { ExclusiveStartKey: { pk: text(page.cursor) } }),
    };
    const { Items = [], LastEvaluatedKey: last } = await this.#connection.call('journal', ({ service }) => service.call('Scan', input));
    const cursor = last?.['pk']?.S;
    return { ...sorted(Items), ...(cursor !== undefined && { cursor }) };
  }
}

/** What this code can read, and the names of what it cannot. */
function sorted(items: readonly Item[]): ScanPage {
  const payments: Payment[] = [];
  const unreadable: PaymentKey[] = [];
  for (const item of items) {
    try {
      payments.push(paymentOf(ItemReader.known('journal', item)));
    } catch (error) {
      if (!isPortFault(error)) throw error;
      unreadable.push(keyOfPk(new ItemReader('journal', item).text('pk')));
    }
  }
  return { payments, ...(unreadable.length > 0 && { unreadable }) };
}
