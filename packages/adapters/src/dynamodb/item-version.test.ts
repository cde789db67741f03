// Data outlives code: attributes that this version does not know survive it, items of a later version are left alone.
import { GetItemCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { epochMs, epochOf, firstEpochRecord, isPortFault, transactionId } from '@understudy/core';
import type { PaymentKey } from '@understudy/core';
import { systemRandom } from '../system/index.ts';
import { DynamoEpochRegister } from './dynamo-epoch-register.ts';
import { DynamoJournal } from './dynamo-journal.ts';
import { DynamoWorkIndex } from './dynamo-work-index.ts';
import { EPOCH_PK, journalTable, paymentPk } from './journal-table.ts';
import { acceptance, approval, cancellation, key } from './test-payments.ts';
import { createTestTable } from './test-table.ts';
import type { TestTable } from './test-table.ts';

const TableName = journalTable.TableName;
const mark = { epoch: epochOf(1), at: epochMs(5), region: 'us-east-1' as const, acceptedAt: epochMs(1_767_614_400_000) };

const openTable = async (): Promise<TestTable> => {
  const table = await createTestTable();
  onTestFinished(table.close);
  return table;
};

const itemAt = async (table: TestTable, pk: string) => (await table.client.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } }, ConsistentRead: true }))).Item;

const set = (table: TestTable, pk: string, expression: string) =>
  table.client.send(new UpdateItemCommand({ TableName, Key: { pk: { S: pk } }, UpdateExpression: expression, ExpressionAttributeValues: { ':x': { N: '2' } } }));

describe('item version', () => {
  test('version: a payment with an attribute of tomorrow -> kept by every write', async () => {
    const table = await openTable();
    const journal = new DynamoJournal(table.connection, systemRandom);
    await journal.accept(key, acceptance);
    await set(table, paymentPk(key), 'SET refunds = :x');
    await journal.recordFault(key, { reason: 'x', at: epochMs(1), epoch: epochOf(1) });
    await journal.decide(key, approval);
    await journal.markPosted(key, mark);
    await journal.confirm(key, epochOf(1));
    expect(await itemAt(table, paymentPk(key))).toMatchObject({ refunds: { N: '2' }, v: { N: '1' } });
  });

  test('version: the epoch record with an attribute of tomorrow -> kept by a move', async () => {
    const table = await openTable();
    const epochs = new DynamoEpochRegister(table.connection);
    const first = firstEpochRecord('us-east-1', epochMs(1));
    await epochs.initialise(first);
    await set(table, EPOCH_PK, 'SET approvals = :x');
    await epochs.compareAndSet({ epoch: epochOf(1), phase: 'open' }, { ...first, epoch: epochOf(2) });
    expect(await itemAt(table, EPOCH_PK)).toMatchObject({ approvals: { N: '2' }, epoch: { N: '2' } });
  });

  test('version: a payment of a later version -> every method faults for good, and the item is not touched', async () => {
    const table = await openTable();
    const journal = new DynamoJournal(table.connection, systemRandom);
    await journal.accept(key, acceptance);
    await set(table, paymentPk(key), 'SET v = :x');
    const before = await itemAt(table, paymentPk(key));
    const calls = [
      () => journal.read(key), () => journal.accept(key, acceptance), () => journal.decide(key, approval), () => journal.spend(key, cancellation),
      () => journal.markPosted(key, mark), () => journal.confirm(key, epochOf(1)), () => journal.recordFault(key, undefined),
    ];
    for (const call of calls) await expect(call()).rejects.toSatisfy((fault: unknown) => isPortFault(fault) && !fault.retryable);
    expect(await itemAt(table, paymentPk(key))).toEqual(before);
  });

  test('scan: a payment of a later version and a damaged one among others -> the others are read, those two are named', async () => {
    const table = await openTable();
    const journal = new DynamoJournal(table.connection, systemRandom);
    const [later, damaged, whole] = ['later', 'damaged', 'whole'].map((id) => ({ ...key, transactionId: transactionId(id) })) as [PaymentKey, PaymentKey, PaymentKey];
    for (const one of [later, damaged, whole]) await journal.accept(one, acceptance);
    await set(table, paymentPk(later), 'SET v = :x');
    await table.client.send(new UpdateItemCommand({ TableName, Key: { pk: { S: paymentPk(damaged) } }, UpdateExpression: 'REMOVE amount_minor' }));
    const page = await new DynamoWorkIndex(table.connection).scan({ limit: 10 });
    expect(page.payments).toMatchObject([whole]);
    expect(page.unreadable?.map((one) => one.transactionId).toSorted()).toEqual(['damaged', 'later']);
  });

  test('version: an item of ours with a piece missing -> a fault for good, not a guess', async () => {
    const table = await openTable();
    const journal = new DynamoJournal(table.connection, systemRandom);
    await journal.accept(key, acceptance);
    await table.client.send(new UpdateItemCommand({ TableName, Key: { pk: { S: paymentPk(key) } }, UpdateExpression: 'REMOVE amount_minor' }));
    await expect(journal.read(key)).rejects.toSatisfy((fault: unknown) => isPortFault(fault) && !fault.retryable);
  });

  test('item: a payment accepted, posted, confirmed -> in both indexes, re-sorted in one, then out of the work index', async () => {
    const table = await openTable();
    const journal = new DynamoJournal(table.connection, systemRandom);
    const inIndex = async (IndexName: string) => (await table.client.send(new ScanCommand({ TableName, IndexName }))).Items ?? [];
    await journal.accept(key, acceptance);
    expect(await inIndex('customer')).toEqual([{ pk: { S: 'P#shop#order-7' }, customer_key: { S: 'C#shop#customer-1' }, accepted_at: { N: '1767614400000' } }]);
    expect(await inIndex('work')).toMatchObject([{ work: { S: expect.stringMatching(/^w#[0-6]\d$/) }, work_sort: { S: '0000000000000000#0001767614400000' } }]);
    await journal.decide(key, approval);
    await journal.markPosted(key, mark);
    expect(await inIndex('work')).toMatchObject([{ work_sort: { S: '0000000000000001#0001767614400000' } }]);
    await journal.confirm(key, epochOf(1));
    await journal.markPosted(key, { ...mark, epoch: epochOf(2) });
    expect(await inIndex('work')).toEqual([]);
  });
});
