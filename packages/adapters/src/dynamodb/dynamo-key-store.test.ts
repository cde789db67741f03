// What the key store reads, what it remembers and for how long, and what it says when it cannot look.
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { epochMs, isPortFault, keyIdOf, merchantId, paymentScopes } from '@understudy/core';
import type { ApiKey } from '@understudy/core';
import { DynamoKeyStore } from './dynamo-key-store.ts';
import { journalTable } from './journal-table.ts';
import { connect, createErringEndpoint, createTestTable } from './test-table.ts';
import type { TestTable } from './test-table.ts';

const hash = 'a1'.repeat(32);
const key: ApiKey = { merchantId: merchantId('shop'), live: true, scopes: paymentScopes };
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

/** The table through these two endpoints. */
const storeAt = (primaryEndpoint: string, peerEndpoint: string): DynamoKeyStore => {
  const connection = connect({ primaryEndpoint, peerEndpoint, limits: { connectMs: 5000, totalMs: 10_000 } });
  onTestFinished(() => connection.close());
  return new DynamoKeyStore(connection, clockFrom(1));
};

const put = (table: TestTable, item: Record<string, AttributeValue>) => table.client.send(new PutItemCommand({ TableName: journalTable.TableName, Item: item }));

const isKeysFault = (fault: unknown): boolean => isPortFault(fault) && fault.port === 'keys' && fault.retryable;

describe('key store', () => {
  test('keys: an item from before keys had scopes and ids -> every payment scope, and the id made from its digest', async () => {
    const table = await openTable();
    await put(table, { pk: { S: `K#${hash}` }, v: { N: '1' }, merchant_id: { S: 'shop' }, live: { BOOL: true } });
    const keys = new DynamoKeyStore(table.connection, clockFrom(1));
    expect(await keys.find(hash)).toEqual({ merchantId: 'shop', live: true, scopes: ['payments:write', 'payments:read'], keyId: keyIdOf(hash) });
    await keys.add(hash, key);
    expect(await keys.findById(keyIdOf(hash))).toMatchObject({ keySha256: hash, merchantId: 'shop' });
  });

  test('keys: a scope that this code does not know -> left out, the others count', async () => {
    const table = await openTable();
    await put(table, { pk: { S: `K#${hash}` }, v: { N: '1' }, merchant_id: { S: 'shop' }, live: { BOOL: true }, scopes: { S: 'payments:read reports:read' } });
    expect((await new DynamoKeyStore(table.connection, clockFrom(1)).find(hash))?.scopes).toEqual(['payments:read']);
  });

  test('keys: revoked through one region -> the other reads it at its next look, which no memory delays', async () => {
    const table = await openTable();
    const [one, two] = [new DynamoKeyStore(table.connection, clockFrom(1)), new DynamoKeyStore(table.connection, clockFrom(1))];
    await one.add(hash, key);
    expect((await two.find(hash))?.revocation).toBeUndefined();
    await one.revoke(hash, { revokedAt: epochMs(1), by: 'ada', reason: 'leaked' });
    expect((await two.find(hash))?.revocation).toEqual({ revokedAt: 1, by: 'ada', reason: 'leaked' });
  });

  test('keys: the table cannot be read -> served for 15 min from the last look, then a fault and never "no such key"', async () => {
    const table = await openTable();
    const clock = clockFrom(1_000_000);
    const keys = new DynamoKeyStore(table.connection, clock);
    await keys.add(hash, key);
    const found = await keys.find(hash);
    await table.cutOff();
    clock.pass(15 * MINUTE_MS - 1);
    expect(await keys.find(hash)).toEqual(found);
    clock.pass(1);
    await expect(keys.find(hash)).rejects.toSatisfy(isKeysFault);
  });

  test('keys: the table cannot be read, and the key was never seen here -> a fault', async () => {
    const table = await openTable();
    const keys = new DynamoKeyStore(table.connection, clockFrom(1));
    await keys.add(hash, key);
    await table.cutOff();
    await expect(keys.find(hash)).rejects.toSatisfy(isKeysFault);
  });

  test('keys: the clock is set back while the table cannot be read -> nothing is believed from the future', async () => {
    const table = await openTable();
    const clock = clockFrom(10_000_000);
    const keys = new DynamoKeyStore(table.connection, clock);
    await keys.add(hash, key);
    await keys.find(hash);
    await table.cutOff();
    clock.pass(-3_600_000);
    await expect(keys.find(hash)).rejects.toSatisfy(isKeysFault);
  });

  test.each(['near', 'far'])('keys: the %s endpoint is away -> no such key is certain, and a key is found', async (away) => {
    const table = await openTable();
    const gone = await createErringEndpoint('InternalServerError', 500);
    onTestFinished(() => gone.close());
    const keys = away === 'near' ? storeAt(gone.url, table.endpoint) : storeAt(table.endpoint, gone.url);
    expect(await keys.find(hash)).toBeUndefined();
    await keys.add(hash, key);
    expect(await keys.find(hash)).toEqual({ ...key, keyId: keyIdOf(hash) });
  });
});
