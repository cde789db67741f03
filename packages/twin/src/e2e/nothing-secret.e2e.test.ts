/**
 * Nothing secret is written down. A run of everything: payments, sessions, refunds, webhooks, receipts, a settlement
 * file, requests that hold card numbers in every place, wrong keys, a region that dies. Afterwards every file that the
 * twin wrote, every item of its tables, every row of its ledgers and every event it told is searched.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { regions } from '@understudy/core';
import { followsIn, isHealedIn, untilState } from '../crash-points/waits.ts';
import { activeRegion } from '../drill/check.ts';
import { eventFeed } from '../drill/event-feed.ts';
import { RunningTwin } from '../drill/running-twin.ts';
import { doorsOf, merchantKey, payment } from './client.ts';
import type { Doors } from './client.ts';
import { Receiver } from './receiver.ts';

const CARDS = ['4111111111111111', '5555555555554444', '378282246310005', '6011111111111117'];
/** Kept in files of their own that only the owner can read; the twin shows or uses them. */
const SECRET_FILES = ['api-key', 'signing-keys'];
const WAIT = { timeout: 60_000, interval: 250 };

let twin: RunningTwin;
let doors: Doors;
let receiver: Receiver;
let told = '';
const listening = new AbortController();

beforeAll(async () => {
  receiver = await Receiver.start();
  twin = await RunningTwin.start({ webhooks: 'any' });
  doors = doorsOf(twin);
  void listen().catch(() => undefined);
});

afterAll(async () => {
  listening.abort();
  await twin?.stop();
  await receiver?.close();
});

async function listen(): Promise<void> {
  for await (const event of eventFeed(twin.urls.console, listening.signal)) told += `${JSON.stringify(event)}\n`;
}

const door = (n: number) => [doors.east1, doors.east2][n % 2] as Doors['api'];

/** A card number wherever a caller may put text. Each is refused, also where only the address holds it. */
async function sendCards(): Promise<void> {
  for (const [n, card] of CARDS.entries()) {
    const spaced = card.replaceAll(/(\d{4})(?=\d)/g, '$1-');
    for (const body of [
      ...['transaction_id', 'customer_id', 'payment_method', 'session_id', 'amount', 'currency', 'surplus', card].map((field) => payment('with-card', { [field]: card })),
      payment('with-card', { customer_id: spaced }), payment('with-card', { payment_method: `card_${card}` }), payment('with-card', { deep: { list: [card] } }), `{"amount": ${card}`, card,
    ]) {
      for (const path of ['/payments', '/process', '/sessions', '/webhooks', '/payments/known/refunds']) {
        expect([400, 404], `${path} ${JSON.stringify(body)}`).toContain((await door(n).call(path, { body, method: 'POST' })).status);
      }
    }
    expect((await door(n).call('/webhooks', { body: { url: `https://93.184.215.14/${card}` } })).status).toBe(400);
    for (const path of [`/payments/${card}`, `/customers/${card}/payments`, `/sessions/${card}`]) expect([400, 404]).toContain((await door(n).call(path)).status);
    for (const path of [`/payments/${card}/cancel`, `/payments/${card}/refunds`]) expect([400, 404]).toContain((await door(n).call(path, { method: 'POST', body: { refund_id: card } })).status);
    expect((await door(n).call(`/payments/known?card=${card}`)).status).toBe(404);
    expect((await door(n).call('/payments', { body: payment('keyless'), key: card })).status).toBe(401);
  }
}

/** Everything that may become a file at rest, as text. */
function* filesBelow(folder: string): Generator<{ readonly path: string; readonly content: Buffer }> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) yield* filesBelow(path);
    if (found?.isFile()) yield { path, content: readFileSync(path) };
  }
}

interface Connections {
  readonly table: { readonly endpoints: Readonly<Record<string, string>> };
  readonly ledgers: Readonly<Record<string, { readonly host: string; readonly port: number; readonly user: string; readonly database: string }>>;
}

/** The tables compress what they keep, so they are asked. */
async function itemsOf({ table }: Connections): Promise<string> {
  let all = '';
  for (const [region, endpoint] of Object.entries(table.endpoints)) {
    const client = new DynamoDBClient({ region, endpoint, credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' } });
    for (const TableName of (await client.send(new ListTablesCommand())).TableNames ?? []) {
      const { Items, LastEvaluatedKey } = await client.send(new ScanCommand({ TableName }));
      expect(LastEvaluatedKey).toBeUndefined();
      all += `${TableName} ${JSON.stringify(Items)}\n`;
    }
    client.destroy();
  }
  return all;
}

async function rowsOf({ ledgers }: Connections): Promise<string> {
  let all = '';
  for (const ledger of Object.values(ledgers)) {
    const pool = new Pool({ ...ledger, max: 1 });
    const { rows: tables } = await pool.query<{ table_name: string }>(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'understudy' AND table_type = 'BASE TABLE'`);
    for (const { table_name: name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`SELECT row_to_json(r)::text AS row FROM understudy."${name}" AS r`);
      all += rows.map(({ row }) => `${name} ${row}\n`).join('');
    }
    await pool.end();
  }
  return all;
}

test('a full run with a region lost -> no key, no secret and no card number in any file, item, row or event', async () => {
  const otherKey = await merchantKey(twin, 'other-shop');
  const secrets = [twin.urls.apiKey, otherKey];
  const made = await doors.api.call('/webhooks', { body: { url: receiver.urlOf('/hooks') } });
  receiver.expectSecret('/hooks', String(made.body['secret']));
  secrets.push(String(made.body['secret']), String(made.body['secret']).replace('whsec_', ''));
  await sendCards();
  await twin.behave({ mode: 'decline', match: '^run-.*9$' });
  const run = async (prefix: string, through: (n: number) => Doors['api']) => {
    const ids = Array.from({ length: 20 }, (_, n) => `${prefix}-${n}`);
    await Promise.all(ids.map(async (id, n) => {
      const session = await through(n).call('/sessions', { body: { customer_id: 'customer-1', amount: '10.00', currency: 'USD' } });
      expect((await through(n).pay(payment(id, { session_id: session.body['session_id'] }))).status).toBe(202);
    }));
    await vi.waitFor(async () => {
      for (const id of ids) expect((await doors.east2.read(id)).body['status']).toMatch(/processed|failed/);
    }, WAIT);
    await Promise.all(ids.slice(0, 5).map(async (id) => expect((await through(1).call(`/payments/${id}/refunds`, { body: { refund_id: 'r1', amount: '1.00' } })).status).toBe(202)));
    return ids;
  };
  const ids = await run('run-a', door);
  await twin.region('us-east-1', 'kill');
  await untilState(twin, 'us-east-2 takes over', isHealedIn('us-east-2'));
  ids.push(...(await run('run-b', () => doors.east2)));
  await twin.region('us-east-1', 'restore');
  await untilState(twin, 'us-east-1 follows', followsIn('us-east-1'));
  expect(await activeRegion(twin)).toBe('us-east-2');
  await vi.waitFor(() => expect(new Set(receiver.told.map((one) => one.transactionId))).toEqual(new Set(ids)), WAIT);
  const receipts = () => [...filesBelow(join(twin.dataDir, 'buckets', 'us-east-2'))].map(({ content }) => content.toString('utf8')).join('\n');
  await vi.waitFor(() => expect(receipts()).toContain('run-b-1'), WAIT);
  const connections = (await (await fetch(`${twin.urls.console}/twin/connections`)).json()) as Connections;
  const searched = { items: await itemsOf(connections), rows: await rowsOf(connections), events: told, state: JSON.stringify(await twin.state()), connections: JSON.stringify(connections) };
  // The search sees what it is asked for: names that were written everywhere are found everywhere.
  for (const place of ['items', 'rows'] as const) expect(searched[place]).toContain('run-a-1');
  expect(searched.events).toContain('failover');
  const signingKeys = Object.values(JSON.parse(readFileSync(join(twin.dataDir, 'signing-keys'), 'utf8')) as Record<string, string>).filter((text) => text.length > 16);
  expect(signingKeys.length).toBeGreaterThan(0);
  const forbidden = [...secrets, ...signingKeys, ...CARDS, ...CARDS.map((card) => card.replaceAll(/(\d{4})(?=\d)/g, '$1-'))];
  for (const [place, text] of Object.entries(searched)) for (const word of forbidden) expect(text.includes(word), `${place} holds ${word.slice(0, 8)}...`).toBe(false);
  const found: string[] = [];
  let files = 0;
  for (const { path, content } of filesBelow(twin.dataDir)) {
    files += 1;
    for (const word of forbidden) if (content.includes(word)) found.push(path);
  }
  expect(files).toBeGreaterThan(50);
  // That these two are found shows that the search finds.
  expect([...new Set(found)].toSorted()).toEqual(SECRET_FILES.map((name) => join(twin.dataDir, name)));
  for (const name of SECRET_FILES) expect(statSync(join(twin.dataDir, name)).mode & 0o077, `${name} is its owner's alone`).toBe(0);
  for (const region of regions) expect(readFileSync(join(twin.dataDir, 'logs', `${region}.log`), 'utf8')).toContain('request');
}, 240_000);
