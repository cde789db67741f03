// What the key store remembers, for how long, and what it says when it cannot look.
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { epochMs, isPortFault, merchantId } from '@understudy/core';
import { DynamoKeyStore } from './dynamo-key-store.ts';
import { journalTable, keyPk } from './journal-table.ts';
import { connect, createErringEndpoint, createTestTable } from './test-table.ts';
import type { TestTable } from './test-table.ts';

const hash = 'a1'.repeat(32);
const key = { merchantId: merchantId('shop'), live: true };
const MINUTE_MS = 60_000;

const clockFrom = (start: number) => {
  let now = start;
  return { now: () => epochMs(now), pass: (durationMs: number) => { now += durationMs; } };
};

const openTable = async (): Promise<TestTable> => {
  const table = await createTestTable();
  onTestFinished(table.close);
  return table;
};

/** Not possible through the store, keys being immutable: makes a look at the table visible. */
const overwriteKey = (table: TestTable, merchant: string) =>
  table.client.send(new PutItemCommand({ TableName: journalTable.TableName, Item: { pk: { S: keyPk(hash) }, v: { N: '1' }, merchant_id: { S: merchant }, live: { BOOL: true } } }));

describe('key store', () => {
  test('keys: found a moment ago -> not read again for 5 s, then read', async () => {
    const table = await openTable();
    const clock = clockFrom(1_000_000);
    const keys = new DynamoKeyStore(table.connection, clock);
    await keys.add(hash, key);
    await keys.find(hash);
    await overwriteKey(table, 'read again');
    clock.pass(4999);
    expect((await keys.find(hash))?.merchantId).toBe('shop');
    clock.pass(1);
    expect((await keys.find(hash))?.merchantId).toBe('read again');
  });

  test('keys: the table cannot be read -> served for 15 min from the last look, then a fault and never "no such key"', async () => {
    const table = await openTable();
    const clock = clockFrom(1_000_000);
    const keys = new DynamoKeyStore(table.connection, clock);
    await keys.add(hash, key);
    await keys.find(hash);
    await table.cutOff();
    clock.pass(15 * MINUTE_MS - 1);
    expect(await keys.find(hash)).toEqual(key);
    clock.pass(1);
    await expect(keys.find(hash)).rejects.toSatisfy((fault: unknown) => isPortFault(fault) && fault.port === 'keys' && fault.retryable);
  });

  test('keys: the clock is set back -> looked at again, not believed until it catches up', async () => {
    const table = await openTable();
    const clock = clockFrom(10_000_000);
    const keys = new DynamoKeyStore(table.connection, clock);
    await keys.add(hash, key);
    await keys.find(hash);
    await overwriteKey(table, 'read again');
    clock.pass(-3_600_000);
    expect((await keys.find(hash))?.merchantId).toBe('read again');
  });

  test('keys: missed here, and the other region cannot be asked -> a fault, never "no such key"', async () => {
    const table = await openTable();
    const far = await createErringEndpoint('InternalServerError', 500);
    const connection = connect({ primaryEndpoint: table.endpoint, peerEndpoint: far.url, limits: { connectMs: 5000, totalMs: 10_000 } });
    onTestFinished(async () => {
      connection.close();
      await far.close();
    });
    const keys = new DynamoKeyStore(connection, clockFrom(1));
    await expect(keys.find(hash)).rejects.toSatisfy((fault: unknown) => isPortFault(fault) && fault.port === 'keys');
    expect(far.count()).toBe(1);
    await keys.add(hash, key);
    expect(await keys.find(hash)).toEqual(key);
    expect(far.count()).toBe(1);
  });

  test('keys: missed here, held by the other region -> found', async () => {
    const [near, far] = [await openTable(), await openTable()];
    const connection = connect({ primaryEndpoint: near.endpoint, peerEndpoint: far.endpoint, limits: { connectMs: 5000, totalMs: 10_000 } });
    onTestFinished(() => connection.close());
    await overwriteKey(far, 'elsewhere');
    expect((await new DynamoKeyStore(connection, clockFrom(1)).find(hash))?.merchantId).toBe('elsewhere');
  });
});
