import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchGetItemCommand, BatchWriteItemCommand, ConditionalCheckFailedException, CreateTableCommand, DeleteItemCommand,
  DescribeTableCommand, GetItemCommand, ListTablesCommand, PutItemCommand, QueryCommand, ReplicatedWriteConflictException,
  TransactGetItemsCommand, TransactWriteItemsCommand, UpdateItemCommand, UpdateTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createGlobalTableStore, type GlobalTableStore } from './global-table-store.ts';
import { seededRandom } from './seeded-random.ts';
import { clientOf, east1, east2, journalTable, payment, queryWork, regions, scanAll, tableName, workRows, type Attributes } from './test-tables.ts';

const eventually = { timeout: 5_000, interval: 5 };

let dataDir: string;
let store: GlobalTableStore;
let one: DynamoDBClient;
let two: DynamoDBClient;

async function open(): Promise<void> {
  store = await createGlobalTableStore({ dataDir, regions, tables: [journalTable], random: seededRandom(42) });
  const ports = await store.listen();
  one = clientOf(east1, ports[east1] ?? 0);
  two = clientOf(east2, ports[east2] ?? 0);
}

async function close(): Promise<void> {
  one.destroy();
  two.destroy();
  await store.close();
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'understudy-dynamodb-'));
  await open();
});
afterEach(async () => {
  await close();
  await rm(dataDir, { recursive: true });
});

const put = (client: DynamoDBClient, item: Attributes) => client.send(new PutItemCommand({ TableName: tableName, Item: item }));
const putNew = (client: DynamoDBClient, item: Attributes) =>
  client.send(new PutItemCommand({ TableName: tableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }));
const get = async (client: DynamoDBClient, pk: string, ConsistentRead = true) =>
  (await client.send(new GetItemCommand({ TableName: tableName, Key: { pk: { S: pk } }, ConsistentRead }))).Item;
const setSort = (client: DynamoDBClient, pk: string, sort: string) =>
  client.send(
    new UpdateItemCommand({
      TableName: tableName, Key: { pk: { S: pk } },
      UpdateExpression: 'SET work_sort = :s', ExpressionAttributeValues: { ':s': { S: sort } },
    }),
  );
const remove = (client: DynamoDBClient, pk: string) =>
  client.send(new DeleteItemCommand({ TableName: tableName, Key: { pk: { S: pk } } }));

/** As the product does: a conflict says nothing, so the same put is repeated. */
async function putNewRepeatedly(client: DynamoDBClient, item: Attributes): Promise<'won' | 'lost'> {
  for (;;) {
    try {
      await putNew(client, item);
      return 'won';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'lost';
      if (!(error instanceof ReplicatedWriteConflictException)) throw error;
    }
  }
}

test('writes: 200 concurrent conditional puts of one key from both regions -> exactly one wins', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, n) => putNewRepeatedly(n % 2 ? one : two, payment('P#race', { n: { N: String(n) } }))),
  );
  expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
  const winner = String(outcomes.indexOf('won'));
  expect(await get(one, 'P#race')).toEqual(await get(two, 'P#race'));
  expect((await get(two, 'P#race'))?.['n']).toEqual({ N: winner });
});

test('writes: one item written from both regions at once -> conflicts, and every acknowledged increment counts', async () => {
  const add = (client: DynamoDBClient) =>
    client.send(
      new UpdateItemCommand({
        TableName: tableName, Key: { pk: { S: 'counter' } }, ReturnValues: 'UPDATED_NEW',
        UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  const settled = await Promise.allSettled(Array.from({ length: 200 }, (_, n) => add(n % 2 ? one : two)));
  const values = settled.flatMap((s) => (s.status === 'fulfilled' ? [s.value.Attributes?.['n']?.N] : []));
  const refused = settled.flatMap((s) => (s.status === 'rejected' ? [s.reason as unknown] : []));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every((error) => error instanceof ReplicatedWriteConflictException)).toBe(true);
  expect(new Set(values).size).toBe(values.length);
  expect((await get(one, 'counter'))?.['n']).toEqual({ N: String(values.length) });
});

test('strong reads: a write in one region -> seen at once in the other, by GetItem, Query, Scan and BatchGetItem', async () => {
  store.faults.set({ [east1]: { indexStalled: true }, [east2]: { indexStalled: true } });
  await put(one, payment('P#1'));
  expect(await get(two, 'P#1')).toEqual(payment('P#1'));
  expect(await get(two, 'P#1', false)).toBeUndefined();
  expect(await scanAll(two)).toEqual([payment('P#1')]);
  const query = await two.send(
    new QueryCommand({
      TableName: tableName, ConsistentRead: true,
      KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'P#1' } },
    }),
  );
  expect(query.Items).toEqual([payment('P#1')]);
  const batch = async (ConsistentRead: boolean) => {
    const request = new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: [{ pk: { S: 'P#1' } }], ConsistentRead } } });
    return (await two.send(request)).Responses?.[tableName];
  };
  expect(await batch(true)).toEqual([payment('P#1')]);
  expect(await batch(false)).toEqual([]);
});

test('ALL_OLD: a failed condition on put, update and delete -> the stored item comes with the error', async () => {
  const stored = payment('P#1', { amount: { N: '5' } });
  await putNew(one, stored);
  const key = { TableName: tableName, Key: { pk: { S: 'P#1' } } };
  const absent = { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  const attempts = [
    () => two.send(new PutItemCommand({ TableName: tableName, Item: payment('P#1'), ...absent })),
    () => two.send(new DeleteItemCommand({ ...key, ...absent })),
    () =>
      two.send(
        new UpdateItemCommand({
          ...key, ...absent, UpdateExpression: 'SET amount = :a', ExpressionAttributeValues: { ':a': { N: '6' } },
        }),
      ),
  ];
  for (const attempt of attempts) {
    const error = await attempt().then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect((error as ConditionalCheckFailedException).Item).toEqual(stored);
  }
  const unasked = await putNew(two, payment('P#1')).then(() => undefined, (reason: unknown) => reason);
  expect((unasked as ConditionalCheckFailedException).Item).toBeUndefined();
  expect(await get(one, 'P#1')).toEqual(stored);
});

test('ALL_OLD: no item there -> the error comes without one', async () => {
  const update = new UpdateItemCommand({
    TableName: tableName, Key: { pk: { S: 'none' } }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ConditionExpression: 'attribute_exists(pk)', UpdateExpression: 'REMOVE amount',
  });
  const error = await one.send(update).then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConditionalCheckFailedException);
  expect((error as ConditionalCheckFailedException).Item).toBeUndefined();
});

test('return values: update -> what was asked for, and ALL_OLD of put and delete', async () => {
  await put(one, { pk: { S: 'P#1' }, a: { N: '1' }, b: { S: 'x' } });
  const update = async (ReturnValues: 'NONE' | 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW', a: string) =>
    (
      await one.send(
        new UpdateItemCommand({
          TableName: tableName, Key: { pk: { S: 'P#1' } }, ReturnValues,
          UpdateExpression: 'SET a = :a', ExpressionAttributeValues: { ':a': { N: a } },
        }),
      )
    ).Attributes;
  expect(await update('NONE', '2')).toBeUndefined();
  expect(await update('ALL_OLD', '3')).toEqual({ pk: { S: 'P#1' }, a: { N: '2' }, b: { S: 'x' } });
  expect(await update('ALL_NEW', '4')).toEqual({ pk: { S: 'P#1' }, a: { N: '4' }, b: { S: 'x' } });
  expect(await update('UPDATED_OLD', '5')).toEqual({ a: { N: '4' } });
  expect(await update('UPDATED_NEW', '6')).toEqual({ a: { N: '6' } });
  const old = await one.send(new DeleteItemCommand({ TableName: tableName, Key: { pk: { S: 'P#1' } }, ReturnValues: 'ALL_OLD' }));
  expect(old.Attributes?.['a']).toEqual({ N: '6' });
});

test('index: conditions, order and paging on the sparse KEYS_ONLY index -> exactly the rows that match', async () => {
  const sorts = ['0#1', '0#2', '1#1', '1#15', '1#2', '2#1', '10#1'];
  await Promise.all(sorts.map((sort) => put(one, payment(`P#${sort}`, { work_sort: { S: sort }, secret: { S: 'x' } }))));
  await put(one, { pk: { S: 'epoch' }, epoch: { N: '1' } });
  await put(one, payment('P#other', { work: { S: '8' } }));
  await vi.waitFor(async () => expect(await queryWork(two)).toHaveLength(sorts.length), eventually);

  const [row] = await queryWork(two, { sort: ['#s = :s', '1#15'] });
  expect(row).toEqual({ pk: { S: 'P#1#15' }, work: { S: '7' }, work_sort: { S: '1#15' } });
  const found = async (sort: [string, string], more = {}) =>
    (await queryWork(two, { sort, ...more })).map(({ work_sort: value }) => value?.S);
  expect(await found(['begins_with(#s, :s)', '1#'])).toEqual(['1#1', '1#15', '1#2']);
  expect(await found(['begins_with(#s, :s)', '1#1'])).toEqual(['1#1', '1#15']);
  expect(await found(['#s < :s', '1#15'])).toEqual(['0#1', '0#2', '1#1']);
  expect(await found(['#s < :s', '1#2'], { limit: 2 })).toEqual(['0#1', '0#2', '1#1', '1#15']);
  expect(await found(['#s < :s', '1#2'], { limit: 1, backwards: true })).toEqual(['1#15', '1#1', '0#2', '0#1']);
  expect(await found(['begins_with(#s, :s)', '1#'], { limit: 1 })).toEqual(['1#1', '1#15', '1#2']);
});

test('index: rows with equal sort keys -> paging meets each once', async () => {
  const names = Array.from({ length: 23 }, (_, n) => `P#${n}`);
  await Promise.all(names.map((pk) => put(one, payment(pk))));
  await vi.waitFor(async () => expect(await queryWork(one)).toHaveLength(23), eventually);
  const found = (await queryWork(one, { limit: 5 })).map((row) => String(row['pk']?.S));
  expect(found.toSorted()).toEqual(names.toSorted());
});

test('index: the customer index with a number as sort key -> newest first, whole items', async () => {
  await Promise.all([9, 100, 20].map((at) => put(one, payment(`P#${at}`, { accepted_at: { N: String(at) } }))));
  await vi.waitFor(async () => {
    const { Items: found = [] } = await two.send(
      new QueryCommand({
        TableName: tableName, IndexName: 'customer', ScanIndexForward: false,
        KeyConditionExpression: 'customer_key = :c AND accepted_at > :a',
        ExpressionAttributeValues: { ':c': { S: 'c' }, ':a': { N: '9' } },
      }),
    );
    expect(found).toEqual([payment('P#100', { accepted_at: { N: '100' } }), payment('P#20', { accepted_at: { N: '20' } })]);
  }, eventually);
});

test('index: one region stalled -> it keeps the old state, the other follows; lifted, it catches up in commit order', async () => {
  await put(one, payment('P#kept'));
  await put(one, payment('P#updated'));
  await put(one, payment('P#sparse'));
  await vi.waitFor(async () => expect(await queryWork(two)).toHaveLength(3), eventually);
  const before = await workRows(two);

  store.faults.set({ [east2]: { indexStalled: true } });
  for (let n = 1; n <= 50; n += 1) await setSort(n % 2 ? one : two, 'P#updated', `${n}#1`);
  await put(one, payment('P#put-again', { work_sort: { S: '1#1' } }));
  await remove(one, 'P#put-again');
  await put(one, payment('P#put-again', { work_sort: { S: '3#1' } }));
  await put(one, payment('P#gone'));
  await remove(one, 'P#gone');
  await one.send(new UpdateItemCommand({ TableName: tableName, Key: { pk: { S: 'P#sparse' } }, UpdateExpression: 'REMOVE #w', ExpressionAttributeNames: { '#w': 'work' } }));
  const after = ['P#kept 0#1', 'P#put-again 3#1', 'P#updated 50#1'];
  await vi.waitFor(async () => expect(await workRows(one)).toEqual(after), eventually);
  expect(await workRows(two)).toEqual(before);

  store.faults.set({ [east2]: { indexStalled: false } });
  await vi.waitFor(async () => expect(await workRows(two)).toEqual(after), eventually);
  expect(await get(two, 'P#gone', false)).toBeUndefined();
});

test('index: many updates of one item while it follows -> never goes back', async () => {
  await put(one, payment('P#1', { work_sort: { S: '1000' } }));
  await vi.waitFor(async () => expect(await queryWork(one)).toHaveLength(1), eventually);
  let last = 1000;
  let writing = true;
  const writes = (async () => {
    for (let n = 1001; n <= 1150; n += 1) await setSort(one, 'P#1', String(n));
    writing = false;
  })();
  while (writing) {
    const rows = await queryWork(one);
    expect(rows).toHaveLength(1);
    const seen = Number(rows[0]?.['work_sort']?.S);
    expect(seen).toBeGreaterThanOrEqual(last);
    last = seen;
  }
  await writes;
  await vi.waitFor(async () => expect(await workRows(one)).toEqual(['P#1 1150']), eventually);
});

test('index: a delay -> a write shows after it and not before', async () => {
  store.faults.set({ [east1]: { indexDelayMs: 300 } });
  const startedMs = performance.now();
  await put(one, payment('P#1'));
  await vi.waitFor(async () => expect(await queryWork(two)).toHaveLength(1), eventually);
  expect(await queryWork(one)).toHaveLength(0);
  await vi.waitFor(async () => expect(await queryWork(one)).toHaveLength(1), eventually);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(300);
});

test('index: a strong read of it -> refused, as on AWS', async () => {
  const strong = new QueryCommand({
    TableName: tableName, IndexName: 'customer', ConsistentRead: true,
    KeyConditionExpression: 'customer_key = :c', ExpressionAttributeValues: { ':c': { S: 'c' } },
  });
  await expect(one.send(strong)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('faults: write conflict -> refused in that region only, nothing written, reads unharmed', async () => {
  store.faults.set({ [east1]: { writeConflictRate: 1 } });
  await expect(putNew(one, payment('P#1'))).rejects.toBeInstanceOf(ReplicatedWriteConflictException);
  expect(await get(one, 'P#1')).toBeUndefined();
  await putNew(two, payment('P#1'));
  expect(await get(one, 'P#1')).toEqual(payment('P#1'));
});

test('faults: lost answer -> the caller sees a broken connection and the write is there', async () => {
  store.faults.set({ [east1]: { loseAnswerRate: 1 } });
  await expect(putNew(one, payment('P#1'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await get(one, 'P#1')).toEqual(payment('P#1'));
  store.faults.clear();
  await expect(putNew(one, payment('P#1'))).rejects.toBeInstanceOf(ConditionalCheckFailedException);
});

test('faults: unavailable and throttled -> every request of that region fails, until cleared', async () => {
  store.faults.set({ [east1]: { unavailable: true }, [east2]: { throttleRate: 1 } });
  await expect(get(one, 'P#1')).rejects.toMatchObject({ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });
  await expect(put(one, payment('P#1'))).rejects.toMatchObject({ name: 'InternalServerError' });
  await expect(get(two, 'P#1')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  await expect(put(two, payment('P#1'))).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  store.faults.clear();
  expect(await get(one, 'P#1')).toBeUndefined();
});

test('faults: a rate between 0 and 1 -> strikes about that share, the same share for the same seed', async () => {
  store.faults.set({ [east1]: { writeConflictRate: 0.3 } });
  let refused = 0;
  for (let n = 0; n < 100; n += 1) await put(one, payment(`P#${n}`)).catch(() => (refused += 1));
  const random = seededRandom(42);
  expect(refused).toBe(Array.from({ length: 100 }, random).filter((drawn) => drawn < 0.3).length);
  expect(refused).toBeGreaterThan(10);
  expect(await scanAll(one)).toHaveLength(100 - refused);
});

test('faults: an unknown region, fault or value -> refused and nothing changed', () => {
  const before = store.faults.get();
  expect(() => store.faults.set({ 'eu-west-1': { indexStalled: true } })).toThrow('cannot be injected');
  expect(() => store.faults.set({ [east1]: { indexStalled: true }, [east2]: { throttleRate: 2 } })).toThrow('cannot be injected');
  expect(store.faults.get()).toEqual(before);
});

test('operations: what such a table does not have -> refused with a sentence', async () => {
  const item = { TableName: tableName, Item: payment('P#1') };
  const refused = [
    one.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: item }] })),
    one.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: tableName, Key: { pk: { S: 'P#1' } } } }] })),
    one.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' } })),
    one.send(
      new CreateTableCommand({
        TableName: 'with-local-index', BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }, { AttributeName: 'b', AttributeType: 'S' }, { AttributeName: 'c', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }, { AttributeName: 'b', KeyType: 'RANGE' }],
        LocalSecondaryIndexes: [{
          IndexName: 'local', Projection: { ProjectionType: 'ALL' },
          KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }, { AttributeName: 'c', KeyType: 'RANGE' }],
        }],
      }),
    ),
  ];
  for (const request of refused) {
    await expect(request).rejects.toMatchObject({
      name: 'ValidationException', message: expect.stringContaining('multi-region strong consistency') as string,
    });
  }
  expect(await scanAll(one)).toEqual([]);
});

test('operations: malformed requests -> refused, and the store goes on', async () => {
  await expect(put(one, { other: { S: 'x' } })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(put(one, payment('P#1', { accepted_at: { S: 'x' } }))).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(put(one, payment('P#1', { big: { S: 'x'.repeat(410_000) } }))).rejects.toMatchObject({ name: 'ValidationException' });
  const elsewhere = new PutItemCommand({ TableName: 'not-there', Item: payment('P#1') });
  await expect(one.send(elsewhere)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const endpoint = (await one.config.endpoint?.()) ?? { port: 0 };
  const raw = (body: string, target: string) =>
    fetch(`http://127.0.0.1:${endpoint.port}`, { method: 'POST', body, headers: { 'x-amz-target': target } });
  expect((await raw('{', 'DynamoDB_20120810.PutItem')).status).toBe(400);
  expect((await raw('[]', 'DynamoDB_20120810.PutItem')).status).toBe(400);
  expect((await raw('{}', 'DynamoDB_20120810.PutItem')).status).toBe(400);
  expect((await raw('{}', 'DynamoDB_20120810.DeleteTable')).status).toBe(400);
  expect((await raw('x'.repeat(17 * 1024 * 1024), 'DynamoDB_20120810.PutItem').catch(() => ({ status: 413 }))).status).toBe(413);
  expect(await scanAll(one)).toEqual([]);
});

test('operations: batches and tables -> as on AWS, each region with its own ARN', async () => {
  const requests = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: payment(`P#${n}`) } }));
  await one.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }));
  const remaining = { RequestItems: { [tableName]: [{ DeleteRequest: { Key: { pk: { S: 'P#0' } } } }] } };
  await two.send(new BatchWriteItemCommand(remaining));
  expect(await scanAll(one)).toHaveLength(24);
  await vi.waitFor(async () => expect(await queryWork(two)).toHaveLength(24), eventually);

  const request = { ...journalTable, TableName: 'another' } as unknown as ConstructorParameters<typeof CreateTableCommand>[0];
  await one.send(new CreateTableCommand(request));
  await two.send(new PutItemCommand({ TableName: 'another', Item: payment('P#1') }));
  expect((await two.send(new ListTablesCommand({}))).TableNames).toEqual(['another', tableName]);
  const page = await two.send(new ListTablesCommand({ Limit: 1 }));
  expect(page).toMatchObject({ TableNames: ['another'], LastEvaluatedTableName: 'another' });
  const { Table: described } = await two.send(new DescribeTableCommand({ TableName: tableName }));
  expect(described).toMatchObject({ TableStatus: 'ACTIVE', MultiRegionConsistency: 'STRONG' });
  expect(described?.TableArn).toBe('arn:aws:dynamodb:us-east-2:000000000000:table/understudy-journal');
  expect(described?.GlobalSecondaryIndexes?.map((index) => index.IndexStatus)).toEqual(['ACTIVE', 'ACTIVE']);
  await expect(one.send(new CreateTableCommand(request))).rejects.toMatchObject({ name: 'ResourceInUseException' });
});

test('restart: items, further tables and deletions -> all there, and both indexes as the items say', async () => {
  for (let n = 0; n < 30; n += 1) await put(n % 2 ? one : two, payment(`P#${n}`));
  await remove(one, 'P#0');
  await setSort(two, 'P#1', '5#1');
  await one.send(new CreateTableCommand({ ...journalTable, TableName: 'another' } as unknown as ConstructorParameters<typeof CreateTableCommand>[0]));
  await one.send(new PutItemCommand({ TableName: 'another', Item: payment('P#1') }));
  const items = await scanAll(one);

  await close();
  await open();
  expect(await scanAll(two)).toEqual(items);
  expect(items).toHaveLength(29);
  const rows = items.map((item) => `${item['pk']?.S} ${item['work_sort']?.S}`).toSorted();
  for (const client of [one, two]) expect((await workRows(client)).toSorted()).toEqual(rows);
  const again = await two.send(new GetItemCommand({ TableName: 'another', Key: { pk: { S: 'P#1' } } }));
  expect(again.Item).toEqual(payment('P#1'));
});

test('restart: the configuration names another index -> built from the stored items; another key -> refused', async () => {
  await put(one, payment('P#1', { work: { S: '9' } }));
  await close();
  const [index] = journalTable['GlobalSecondaryIndexes'] as { IndexName: string }[];
  const definitions = (journalTable['AttributeDefinitions'] as unknown[]).slice(0, 3);
  const changed = { ...journalTable, AttributeDefinitions: definitions, GlobalSecondaryIndexes: [{ ...index, IndexName: 'renamed' }] };
  const renamed = await createGlobalTableStore({ dataDir, regions, tables: [changed] });
  const client = clientOf(east1, (await renamed.listen())[east1] ?? 0);
  const found = await client.send(
    new QueryCommand({
      TableName: tableName, IndexName: 'renamed', KeyConditionExpression: '#w = :w',
      ExpressionAttributeNames: { '#w': 'work' }, ExpressionAttributeValues: { ':w': { S: '9' } },
    }),
  );
  expect(found.Count).toBe(1);
  client.destroy();
  await renamed.close();

  const otherKey = { TableName: tableName, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }], KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] };
  await expect(createGlobalTableStore({ dataDir, regions, tables: [otherKey] })).rejects.toThrow('stored with another key');
  await open();
  expect(await scanAll(one)).toHaveLength(1);
});
