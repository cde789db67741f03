import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, PutItemCommand, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DynamodbProcessConfiguration, DynamodbProcessReady } from './dynamodb.process.ts';
import { clientOf, east1, east2, journalTable, payment, regions, scanAll, tableName, workRows } from './test-tables.ts';

let dataDir: string;
let child: ChildProcess | undefined;
let clients: DynamoDBClient[] = [];

async function start(more: Partial<DynamodbProcessConfiguration> = {}): Promise<DynamodbProcessReady> {
  const configuration: DynamodbProcessConfiguration = { dataDir, regions, tables: [journalTable], ...more };
  child = fork(join(import.meta.dirname, 'dynamodb.process.ts'), [JSON.stringify(configuration)], { execArgv: [] });
  const [ready] = (await once(child, 'message')) as [DynamodbProcessReady];
  for (const client of clients) client.destroy();
  clients = [east1, east2].map((region) => clientOf(region, ready.ports[region] ?? 0));
  return ready;
}

async function exitOf(process: ChildProcess | undefined): Promise<unknown> {
  if (!process) throw new Error('no process was started');
  if (process.exitCode !== null || process.signalCode !== null) return process.exitCode ?? process.signalCode;
  const [code, signal] = (await once(process, 'exit')) as [number | null, string | null];
  return code ?? signal;
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'understudy-dynamodb-'));
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  child?.kill('SIGKILL');
  await exitOf(child);
  await rm(dataDir, { recursive: true });
});

type Attempt = 'acknowledged' | 'unknown';
const attempt = (request: Promise<unknown>): Promise<Attempt> => request.then(() => 'acknowledged', () => 'unknown');

/** Puts payments, moves most of them in the index and takes some out of it or away, until the store dies under it. */
async function writeUntilDeath(client: DynamoDBClient, name: string): Promise<Map<string, string>> {
  /** By payment, the last acknowledged state and, if a later write got no answer, `?`. */
  const told = new Map<string, string>();
  const steps: readonly (readonly [state: string, write: (key: { pk: { S: string } }) => Promise<unknown>])[] = [
    ['0#1', (key) => client.send(new PutItemCommand({ TableName: tableName, Item: payment(key.pk.S), ConditionExpression: 'attribute_not_exists(pk)' }))],
    ['1#1', (Key) => client.send(new UpdateItemCommand({ TableName: tableName, Key, UpdateExpression: 'SET work_sort = :s', ExpressionAttributeValues: { ':s': { S: '1#1' } } }))],
    ['none', (Key) => client.send(new UpdateItemCommand({ TableName: tableName, Key, UpdateExpression: 'REMOVE #w', ExpressionAttributeNames: { '#w': 'work' } }))],
    ['deleted', (Key) => client.send(new DeleteItemCommand({ TableName: tableName, Key }))],
  ];
  for (let n = 0; ; n += 1) {
    const pk = `${name}-${n}`;
    for (const [state, write] of steps.slice(0, 1 + (n % steps.length))) {
      if ((await attempt(write({ pk: { S: pk } }))) === 'unknown') {
        told.set(pk, `${told.get(pk) ?? ''}?`);
        return told;
      }
      told.set(pk, state);
    }
  }
}

test('process: SIGKILL under 16 writers in two regions -> every acknowledged write is there, and both indexes say what the items say', async () => {
  await start();
  const writers = Array.from({ length: 16 }, (_, n) => writeUntilDeath(clients[n % 2] as DynamoDBClient, `w${n}`));
  const [observer] = clients;
  await vi.waitFor(async () => expect((await scanAll(observer as DynamoDBClient)).length).toBeGreaterThan(400), { timeout: 20_000 });
  child?.kill('SIGKILL');
  const told = new Map((await Promise.all(writers)).flatMap((map) => [...map]));
  expect(await exitOf(child)).toBe('SIGKILL');

  await start();
  const [one, two] = clients as [DynamoDBClient, DynamoDBClient];
  const items = await scanAll(two);
  const states = new Map(items.map((item) => [String(item['pk']?.S), item['work'] ? String(item['work_sort']?.S) : 'none']));
  const certain = [...told].filter(([, state]) => !state.endsWith('?'));
  expect(certain.length).toBeGreaterThan(400);
  for (const [pk, state] of certain) expect([pk, states.get(pk) ?? 'deleted']).toEqual([pk, state]);
  // An unanswered write was either done or not: the item is as acknowledged, or one step further.
  const order = ['', '0#1', '1#1', 'none', 'deleted'];
  for (const [pk, state] of told) {
    if (!state.endsWith('?')) continue;
    const before = order.indexOf(state.slice(0, -1));
    expect([order[before] || 'deleted', order[before + 1]]).toContain(states.get(pk) ?? 'deleted');
  }
  const rows = [...states].filter(([, state]) => state !== 'none').map(([pk, state]) => `${pk} ${state}`).toSorted();
  for (const client of [one, two]) expect((await workRows(client)).toSorted()).toEqual(rows);
});

test('process: faults over the control port -> shown, in force, and refused when wrong', async () => {
  const { controlPort } = await start({ seed: 1 });
  const url = `http://127.0.0.1:${controlPort}/faults`;
  const post = (body: object) => fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const answer = await post({ [east1]: { writeConflictRate: 1 } });
  expect([answer.status, await answer.json()]).toMatchObject([200, { [east1]: { writeConflictRate: 1 }, [east2]: { writeConflictRate: 0 } }]);
  const write = new PutItemCommand({ TableName: tableName, Item: payment('P#1') });
  await expect(clients[0]?.send(write)).rejects.toMatchObject({ name: 'ReplicatedWriteConflictException' });
  expect((await post({ [east1]: { writeConflictRate: 7 } })).status).toBe(400);
  expect((await post({ [east1]: { writeConflictRate: 0 } })).status).toBe(200);
  await clients[0]?.send(write);
  expect(await (await fetch(url)).json()).toMatchObject({ [east1]: { writeConflictRate: 0 } });
});

test('process: SIGTERM, or the parent goes away -> it exits, and the same ports and items are there again', async () => {
  const { ports, controlPort } = await start();
  await clients[0]?.send(new PutItemCommand({ TableName: tableName, Item: payment('P#1') }));
  child?.kill('SIGTERM');
  expect(await exitOf(child)).toBe(0);
  expect(await start({ ports, controlPort })).toEqual({ event: 'ready', ports, controlPort });
  expect(await scanAll(clients[1] as DynamoDBClient)).toEqual([payment('P#1')]);
  child?.disconnect();
  expect(await exitOf(child)).toBe(0);
});
