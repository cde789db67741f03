// What is particular to PostgreSQL: rows and postings as they stand, races, and faults of the server and the network.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { customerId, epochOf, keyText, merchantId, minorUnits, transactionId } from '@understudy/core';
import type { DecidedPayment } from '@understudy/core';
import { decided } from '@understudy/core/contracts';
import { createLedgerPool } from './ledger-pool.ts';
import type { LedgerConnection, LedgerPool } from './ledger-pool.ts';
import { ledgerRows } from './ledger-rows.ts';
import { PostgresLedgerControl } from './postgres-ledger-control.ts';
import { PostgresLedger } from './postgres-ledger.ts';
import { holding, waiterFor } from './test-holder.ts';
import { TestRelay } from './test-relay.ts';
import { TestServer } from './test-server.ts';
import type { TestDatabase } from './test-server.ts';

let server: TestServer;
let database: TestDatabase;
let pools: LedgerPool[] = [];

beforeAll(async () => {
  server = await TestServer.start();
});

beforeEach(async () => {
  database = await server.createDatabase();
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  pools = [];
});

afterAll(() => server?.stop());

const first = epochOf(1);
const second = epochOf(2);
const retryable = { name: 'PortFault', port: 'ledger', retryable: true };

const poolTo = (connection: Partial<LedgerConnection> = {}): LedgerPool => {
  const pool = createLedgerPool({ ...database.connection, ...connection });
  pools.push(pool);
  return pool;
};

const ledgerTo = (connection: Partial<LedgerConnection> = {}): PostgresLedger => new PostgresLedger(poolTo(connection));

const controlTo = (barrierWaitMs?: number): PostgresLedgerControl => {
  const pool = poolTo();
  return new PostgresLedgerControl({ 'us-east-1': pool, 'us-east-2': pool }, barrierWaitMs === undefined ? {} : { barrierWaitMs });
};

const declined = (id: string): DecidedPayment => {
  const payment = decided(id);
  return { ...payment, decision: { ...payment.decision, outcome: 'failed', code: 'card_declined' } };
};

/** What the connection of this name, in this database, was told last. */
const lastStatementOf = async (name: string): Promise<string> =>
  String((await database.sql('SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1', [name]))[0]?.['query']);

const count = async (table: string): Promise<unknown> => (await database.sql(`SELECT count(*)::int AS n FROM understudy.${table}`))[0]?.['n'];

test('post: a processed and a failed payment -> rows, postings and notices made from their decisions', async () => {
  await ledgerTo().post(first, [decided('yes'), declined('no')]);
  expect(await database.sql(`SELECT transaction_id, customer_id, amount_minor, currency, status, code, acquirer_reference, epoch,
    to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS decided_at, business_date::text FROM understudy.payment ORDER BY 1`)).toEqual([
    { transaction_id: 'no', customer_id: 'customer-1', amount_minor: '1250', currency: 'EUR', status: 'failed', code: 'card_declined', acquirer_reference: 'ch_no', epoch: '1', decided_at: '2026-01-05T12:00:01.000', business_date: '2026-01-05' },
    { transaction_id: 'yes', customer_id: 'customer-1', amount_minor: '1250', currency: 'EUR', status: 'processed', code: null, acquirer_reference: 'ch_yes', epoch: '1', decided_at: '2026-01-05T12:00:01.000', business_date: '2026-01-05' },
  ]);
  expect(await database.sql('SELECT transaction_id, account, amount_minor, currency FROM understudy.posting ORDER BY account')).toEqual([
    { transaction_id: 'yes', account: 'acquirer:receivable', amount_minor: '1250', currency: 'EUR' },
    { transaction_id: 'yes', account: 'merchant:shop:payable', amount_minor: '-1250', currency: 'EUR' },
  ]);
  const common = { merchant_id: 'shop', customer_id: 'customer-1', amount: '12.50', currency: 'EUR', accepted_at: '2026-01-05T12:00:00.000Z', accepted_region: 'us-east-1', decided_at: '2026-01-05T12:00:01.000Z', live: 'true' };
  expect(await database.sql('SELECT event, payload, addressed_at FROM understudy.outbox ORDER BY event')).toEqual([
    { event: 'payment.failed', payload: { ...common, transaction_id: 'no', status: 'failed', code: 'card_declined' }, addressed_at: null },
    { event: 'payment.processed', payload: { ...common, transaction_id: 'yes', status: 'processed' }, addressed_at: null },
  ]);
});

test('post: rows that were there already -> no further postings or notices', async () => {
  const ledger = ledgerTo();
  await ledger.post(first, [decided('a')]);
  await ledger.post(first, [decided('a'), decided('b'), decided('b')]);
  expect([await count('payment'), await count('posting'), await count('outbox')]).toEqual([2, 4, 2]);
});

test('post: amounts beyond the exact range of a double -> exact', async () => {
  const amount = { minor: minorUnits(9_007_199_254_740_993n), currency: 'JPY' };
  const payment = decided('big', { acceptance: { amount } });
  await ledgerTo().post(first, [payment]);
  expect((await ledgerRows(poolTo(), { limit: 1 }))[0]?.amountMinor).toBe(amount.minor);
});

test('post: 20 overlapping batches at once -> each payment once, balanced, no deadlock', async () => {
  const payments = Array.from({ length: 30 }, (_, n) => decided(`p${n}`));
  const ledger = ledgerTo({ maxConnections: 20, limits: { lockMs: 20_000, statementMs: 20_000, answerMs: 25_000, connectMs: 20_000 } });
  const batches = Array.from({ length: 20 }, (_, n) => {
    const batch = payments.filter((_payment, index) => (index + n) % 3 !== 0);
    return n % 2 === 0 ? batch : batch.toReversed();
  });
  const results = await Promise.all(batches.map((batch) => ledger.post(first, batch)));
  const inserted = results.flatMap((result) => (result.code === 'posted' ? [...result.inserted] : [result.code]));
  expect(inserted.toSorted()).toEqual(payments.map(keyText).toSorted());
  expect([await count('payment'), await count('posting'), await count('outbox')]).toEqual([30, 60, 30]);
  expect(await database.sql('SELECT sum(amount_minor)::int AS sum FROM understudy.posting')).toEqual([{ sum: 0 }]);
});

test('post: a row that another transaction was just inserting says something else -> refused', async () => {
  const holder = await holding(database, `INSERT INTO understudy.payment (merchant_id, transaction_id, customer_id, amount_minor, currency, status, epoch, decided_at, business_date)
    VALUES ('shop', 'a', 'customer-1', 1250, 'EUR', 'cancelled', 1, now(), '2026-01-05')`);
  const posting = ledgerTo().post(first, [decided('a'), decided('b')]);
  // The unique key makes the insert wait for the holder's transaction; it must then not go by its old snapshot.
  await waiterFor(database, 'transactionid');
  await holder.finish();
  expect(await posting).toEqual({ code: 'refused', reason: 'the row of shop#a says something else in status, acquirer_reference, decided_at' });
  expect(await count('payment')).toBe(1);
});

test('post: the fence is raised while it waits for the lock -> fenced with the new fence', async () => {
  const raise = await holding(database, 'SELECT pg_advisory_xact_lock(4820171001)');
  const posting = ledgerTo().post(first, [decided('a')]);
  await waiterFor(database, 'advisory');
  await raise.run('UPDATE understudy.fence SET epoch = 2');
  await raise.finish();
  expect(await posting).toEqual({ code: 'fenced', fence: 2 });
  expect(await count('payment')).toBe(0);
});

test('raise fence: a posting of the older epoch is in flight -> returns only after it has ended', async () => {
  const holder = await holding(database, 'LOCK TABLE understudy.outbox IN EXCLUSIVE MODE');
  const posting = ledgerTo().post(first, [decided('a')]);
  await waiterFor(database, 'relation');
  // The books say which came first: two answers on two connections may be heard in either order.
  const raising = controlTo().raiseFence('us-east-1', { from: first, to: second })
    .then(async (raised) => ({ raised, booked: await database.sql('SELECT epoch FROM understudy.payment') }));
  await waiterFor(database, 'advisory');
  expect(await database.sql('SELECT epoch FROM understudy.fence')).toEqual([{ epoch: '1' }]);
  await holder.finish();
  expect(await raising).toEqual({ raised: { code: 'raised' }, booked: [{ epoch: '1' }] });
  expect((await posting).code).toBe('posted');
});

test('raise fence: by hand, while a posting of the older epoch is in flight -> waits as well', async () => {
  const holder = await holding(database, 'LOCK TABLE understudy.outbox IN EXCLUSIVE MODE');
  const posting = ledgerTo().post(first, [decided('a')]);
  await waiterFor(database, 'relation');
  const raising = database.sql('UPDATE understudy.fence SET epoch = 2');
  await waiterFor(database, 'advisory');
  await holder.finish();
  expect((await posting).code).toBe('posted');
  await raising;
});

test('raise fence: a posting that does not end -> a retryable fault after the bounded wait, the fence unchanged', async () => {
  const holder = await holding(database, 'SELECT pg_advisory_xact_lock_shared(4820171001)');
  const control = controlTo(100);
  await expect(control.raiseFence('us-east-1', { from: first, to: second })).rejects.toMatchObject({ ...retryable, message: 'ledger: SQLSTATE 55P03' });
  expect((await control.status('us-east-1')).fence).toBe(1);
  await holder.finish();
  expect((await control.raiseFence('us-east-1', { from: first, to: second })).code).toBe('raised');
});

test('post and raise fence: a primary that was made read-only -> fenced and refused with the fence it shows', async () => {
  await database.sql(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
  expect(await ledgerTo().post(first, [decided('a')])).toEqual({ code: 'fenced', fence: 1 });
  expect(await controlTo().raiseFence('us-east-1', { from: first, to: second })).toEqual({ code: 'refused', fence: 1 });
});

test('post: text that the database cannot hold -> refused by its rule, without the text', async () => {
  const result = await ledgerTo().post(first, [decided('a', { acceptance: { customerId: customerId('secret\u0000') } })]);
  expect(result).toEqual({ code: 'refused', reason: 'SQLSTATE 22P05' });
});

test('post: a broken rule -> refused, and the same connection posts on', async () => {
  const pool = poolTo({ maxConnections: 1 });
  const ledger = new PostgresLedger(pool);
  const result = await ledger.post(first, [decided('a', { acceptance: { amount: { minor: minorUnits(0n), currency: 'EUR' } } })]);
  expect(result).toEqual({ code: 'refused', reason: 'SQLSTATE 23514 payment payment_amount_is_positive' });
  expect((await ledger.post(first, [decided('b')])).code).toBe('posted');
  expect(pool.totalCount).toBe(1);
});

test('post: a lock is not granted in time -> a retryable fault, nothing written', async () => {
  const holder = await holding(database, 'LOCK TABLE understudy.outbox IN EXCLUSIVE MODE');
  await expect(ledgerTo({ limits: { lockMs: 100 } }).post(first, [decided('a')])).rejects.toMatchObject(retryable);
  await holder.finish();
  expect(await count('payment')).toBe(0);
});

test('post: the server ends the connection in the middle -> a retryable fault, nothing written, the next one posts', async () => {
  const pool = poolTo({ maxConnections: 1 });
  const ledger = new PostgresLedger(pool);
  const holder = await holding(database, 'LOCK TABLE understudy.outbox IN EXCLUSIVE MODE');
  const posting = ledger.post(first, [decided('a')]);
  await waiterFor(database, 'relation');
  await Promise.all([
    expect(posting).rejects.toMatchObject(retryable),
    database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'understudy' AND datname = current_database()"),
  ]);
  await holder.finish();
  expect(await count('payment')).toBe(0);
  expect((await ledger.post(first, [decided('a')])).code).toBe('posted');
});

test('post: the answer to COMMIT is lost -> a retryable fault, though it is written; repeating it inserts nothing', async () => {
  const relay = await TestRelay.start(database.connection);
  relay.passAnswer = (chunk) => !chunk.includes('COMMIT\0');
  await expect(ledgerTo({ ...relay.connection, limits: { answerMs: 300 } }).post(first, [decided('a')])).rejects.toMatchObject(retryable);
  expect(await ledgerTo().post(first, [decided('a')])).toEqual({ code: 'posted', inserted: new Set() });
  expect(await count('posting')).toBe(2);
  await relay.close();
});

test('post: the network swallows everything -> a retryable fault in bounded time, the connection thrown away', async () => {
  const relay = await TestRelay.start(database.connection);
  const pool = poolTo({ ...relay.connection, maxConnections: 1, limits: { answerMs: 200, connectMs: 200 } });
  const ledger = new PostgresLedger(pool);
  await ledger.post(first, [decided('a')]);
  relay.goSilent();
  await expect(ledger.post(first, [decided('b')])).rejects.toMatchObject({ ...retryable, message: 'ledger: Query read timeout' });
  expect(pool.totalCount).toBe(0);
  await expect(ledger.post(first, [decided('b')])).rejects.toMatchObject(retryable);
  await relay.close();
});

test('pool: an idle connection breaks -> nobody notices, the next post has a new one', async () => {
  const ledger = ledgerTo({ maxConnections: 1 });
  await ledger.post(first, [decided('a')]);
  await database.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'understudy' AND datname = current_database()");
  await ledger.post(first, [decided('b')]).catch(() => ledger.post(first, [decided('b')]));
  expect(await count('payment')).toBe(2);
});

test('snapshot: the server ends its connection while its user is busy elsewhere -> a retryable fault at the next question', async () => {
  const pool = poolTo({ maxConnections: 1 });
  const ledger = new PostgresLedger(pool);
  await expect(ledger.withSnapshot(async (snapshot) => {
    await database.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'understudy' AND datname = current_database()");
    return snapshot.present([decided('a')]);
  })).rejects.toMatchObject(retryable);
  expect((await ledger.post(first, [decided('a')])).code).toBe('posted');
});

test('pool: a connection that is never idle for long -> replaced once its life is over, so that it does not stay with a server that is no longer the writer', async () => {
  const pool = poolTo({ maxConnections: 1, limits: { connectionLifeMs: 100 } });
  const backend = async (): Promise<unknown> => (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
  const first = await backend();
  await expect.poll(backend, { interval: 20, timeout: 10_000 }).not.toBe(first);
});

test('pool: nobody listens -> a retryable fault at once', async () => {
  const relay = await TestRelay.start(database.connection);
  const { connection } = relay;
  await relay.close();
  await expect(ledgerTo(connection).withSnapshot(async () => 'never')).rejects.toMatchObject(retryable);
});

test('snapshot: asked of no payment -> the server is asked all the same, so that it does not take its user for gone', async () => {
  const ledger = ledgerTo();
  const answered = await ledger.withSnapshot(async (snapshot) => {
    const before = await lastStatementOf('understudy');
    await snapshot.present([]);
    return [before, await lastStatementOf('understudy')];
  });
  expect(answered[1]).toContain('unnest');
  expect(answered[0]).not.toContain('unnest');
});

test('snapshot: used after its end -> a bug, said loudly', async () => {
  const kept = await ledgerTo().withSnapshot(async (snapshot) => snapshot);
  expect(() => kept.present([decided('a')])).toThrow('a snapshot is used only while it is open');
});

test('ledger rows: more than a page -> every row once, in the order of their keys', async () => {
  await ledgerTo().post(first, [decided('b'), decided('B'), declined('a'), decided('z', { merchant: 'market' }), decided('_')]);
  const pool = poolTo();
  const start = await ledgerRows(pool, { limit: 3 });
  const rest = await ledgerRows(pool, { limit: 3, after: start.at(-1) ?? { merchantId: merchantId('none'), transactionId: transactionId('none') } });
  expect([...start, ...rest].map(keyText)).toEqual(['market#z', 'shop#B', 'shop#_', 'shop#a', 'shop#b']);
  expect(rest).toEqual([
    { merchantId: 'shop', transactionId: 'a', amountMinor: 1250n, currency: 'EUR', status: 'failed', epoch: 1 },
    { merchantId: 'shop', transactionId: 'b', amountMinor: 1250n, currency: 'EUR', status: 'processed', epoch: 1 },
  ]);
});
