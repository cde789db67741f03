import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sessionsTable, SESSIONS_TTL_ATTRIBUTE } from '@understudy/adapters/dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createGlobalTableStore } from './global-table-store.ts';
import type { GlobalTableStore } from './global-table-store.ts';
import { openRegionalTables } from './regional-tables.ts';
import type { RegionalTables } from './regional-tables.ts';
import { Switchboard } from '../../switchboard/switchboard.ts';
import { clientOf, east1, east2, journalTable, regions } from './test-tables.ts';

const TableName = sessionsTable.TableName;

let dataDir: string;
let switchboard: Switchboard;
let peers: Record<string, number>;
let tables: RegionalTables;
let store: GlobalTableStore;
let clients: Record<string, DynamoDBClient>;

async function start(): Promise<void> {
  tables = await openRegionalTables({ dataDir: join(dataDir, 'regional'), regions, tables: [{ request: { ...sessionsTable }, ttlAttribute: SESSIONS_TTL_ATTRIBUTE }], peers, sweepEveryMs: 50 });
  store = await createGlobalTableStore({ dataDir: join(dataDir, 'strong'), regions, tables: [journalTable], regional: tables.stores });
  const ports = await store.listen();
  const receivers = await tables.listen();
  switchboard.aim(`from.${east1}`, receivers[east2] ?? null);
  switchboard.aim(`from.${east2}`, receivers[east1] ?? null);
  clients = Object.fromEntries(regions.map((region) => [region, clientOf(region, ports[region] ?? 0)]));
}

async function stop(): Promise<void> {
  for (const client of Object.values(clients)) client.destroy();
  await store.close();
  await tables.close();
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'understudy-regional-'));
  switchboard = new Switchboard();
  peers = Object.fromEntries(await Promise.all(regions.map(async (region) => [region, await switchboard.open({ name: `from.${region}`, from: region, to: 'other' })] as const)));
  await start();
});
afterEach(async () => {
  await stop();
  await switchboard.close();
  await rm(dataDir, { recursive: true });
});

const cut = (region: string) => switchboard.impose(`cut ${region}`, { select: (link) => link.from === region, effect: { kind: 'cut' } });
const mend = (region: string) => switchboard.lift(`cut ${region}`);
const put = (region: string, pk: string, more: Record<string, AttributeValue> = {}) => clients[region]?.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, ...more } }));
async function read(region: string, pk: string): Promise<Record<string, AttributeValue> | undefined> {
  return (await clients[region]?.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } }, ConsistentRead: true })))?.Item;
}
const until = (region: string, pk: string, value: string | undefined) => vi.waitFor(async () => expect((await read(region, pk))?.['value']?.S).toBe(value), { timeout: 5000 });
const by = (value: string): Record<string, AttributeValue> => ({ value: { S: value } });

test('regional: written in each region -> read there at once, and in the other soon', async () => {
  await put(east1, 'a', by('one'));
  await put(east2, 'b', by('two'));
  expect((await read(east1, 'a'))?.['value']).toEqual({ S: 'one' });
  await until(east2, 'a', 'one');
  await until(east1, 'b', 'two');
});

test('regional: cut in one direction -> the other goes on; mended -> what waited arrives', async () => {
  cut(east1);
  for (let n = 0; n < 250; n += 1) await put(east1, `a${n}`, by(String(n)));
  await put(east2, 'b', by('two'));
  await until(east1, 'b', 'two');
  expect(await read(east2, 'a0')).toBeUndefined();
  mend(east1);
  for (const n of [0, 99, 100, 249]) await until(east2, `a${n}`, String(n));
});

test('regional: one item written in both while they are apart -> both end with the later, whichever arrives first', async () => {
  for (const [first, second] of [[east1, east2], [east2, east1]] as const) {
    const pk = `conflict-${first}`;
    cut(east1);
    cut(east2);
    await put(first, pk, by('earlier'));
    const putAt = Date.now();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(putAt), { interval: 1 });
    await put(second, pk, by('later'));
    mend(first);
    await until(second, pk, 'later');
    mend(second);
    await until(first, pk, 'later');
    expect(await read(first, pk)).toEqual(await read(second, pk));
  }
});

test('regional: stopped while they are apart, and started again -> nothing is forgotten, nothing is sent twice that was sent', async () => {
  await put(east1, 'before', by('x'));
  await until(east2, 'before', 'x');
  cut(east1);
  await put(east1, 'waiting', by('1'));
  await clients[east1]?.send(new UpdateItemCommand({ TableName, Key: { pk: { S: 'waiting' } }, UpdateExpression: 'SET #v = :v', ExpressionAttributeNames: { '#v': 'value' }, ExpressionAttributeValues: { ':v': { S: '2' } } }));
  await stop();
  await start();
  expect(tables.stores.get(east1)?.unsent(10).map((change) => change.item['pk'])).toEqual([{ S: 'waiting' }]);
  expect(await read(east2, 'waiting')).toBeUndefined();
  mend(east1);
  await until(east2, 'waiting', '2');
  await vi.waitFor(() => expect(tables.stores.get(east1)?.unsent(10)).toEqual([]));
});

test('regional: the answer of the other region is lost -> sent again, and the same', async () => {
  switchboard.impose('drop', { select: (link) => link.from === east1, effect: { kind: 'drop', direction: 'replies' } });
  await put(east1, 'a', by('one'));
  await until(east2, 'a', 'one');
  expect(tables.stores.get(east1)?.unsent(10)).toHaveLength(1);
  await put(east2, 'a', by('two'));
  switchboard.lift('drop');
  await vi.waitFor(() => expect(tables.stores.get(east1)?.unsent(10)).toEqual([]), { timeout: 8000 });
  await until(east1, 'a', 'two');
  await until(east2, 'a', 'two');
}, 15_000);

test('regional: past its time to live -> removed in both, some time; what has time, or says none, stays', async () => {
  const seconds = Math.floor(Date.now() / 1000);
  await put(east1, 'gone', { [SESSIONS_TTL_ATTRIBUTE]: { N: String(seconds - 5) } });
  await put(east1, 'stays', { [SESSIONS_TTL_ATTRIBUTE]: { N: String(seconds + 500) }, ...by('x') });
  await put(east1, 'for ever', by('x'));
  await until(east2, 'for ever', 'x');
  await vi.waitFor(async () => expect([await read(east1, 'gone'), await read(east2, 'gone')]).toEqual([undefined, undefined]), { timeout: 5000 });
  for (const region of regions) for (const pk of ['stays', 'for ever']) expect((await read(region, pk))?.['value']).toEqual({ S: 'x' });
});

test('regional: the strong table beside it -> the same item in both regions, as ever; what the copies do not offer -> refused', async () => {
  const item = { pk: { S: 'P#1' } };
  await clients[east1]?.send(new PutItemCommand({ TableName: String(journalTable['TableName']), Item: item }));
  expect((await clients[east2]?.send(new GetItemCommand({ TableName: String(journalTable['TableName']), Key: item, ConsistentRead: true })))?.Item).toEqual(item);
  await expect(clients[east1]?.send(new PutItemCommand({ TableName: 'unknown', Item: item }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('regional: a receiver that answers with an error -> the change is kept', async () => {
  let asked = 0;
  const deaf: Server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  switchboard.aim(`from.${east1}`, (deaf.address() as AddressInfo).port);
  await put(east1, 'a', by('one'));
  await vi.waitFor(() => expect(asked).toBeGreaterThan(1));
  expect(tables.stores.get(east1)?.unsent(10)).toHaveLength(1);
  deaf.close();
  deaf.closeAllConnections();
});
