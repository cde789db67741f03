// The contract suites of ReceiptBook and SettlementBook over PostgreSQL with a streaming standby, and what the database
// itself refuses of their tables, whoever writes.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { epochMs, epochOf } from '@understudy/core';
import { dayOf, processedOn, receiptBookContract, settlementBookContract } from '@understudy/core/contracts';
import type { BookFixture } from '@understudy/core/contracts';
import { createLedgerPool } from './ledger-pool.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { PostgresLedgerControl } from './postgres-ledger-control.ts';
import { PostgresLedger } from './postgres-ledger.ts';
import { PostgresReceiptBook } from './postgres-receipt-book.ts';
import { PostgresSettlementBook } from './postgres-settlement-book.ts';
import { holding, waiterFor } from './test-holder.ts';
import { TestRelay } from './test-relay.ts';
import { caughtUp, TestServer } from './test-server.ts';
import type { TestDatabase } from './test-server.ts';

let primary: TestServer;
let standby: TestServer;

beforeAll(async () => {
  primary = await TestServer.start();
  standby = await primary.startStandby();
});

afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
});

async function fixture(): Promise<BookFixture & { readonly database: TestDatabase }> {
  const database = await primary.createDatabase();
  await caughtUp(primary, standby);
  const relay = await TestRelay.start(database.connection);
  const pools = { 'us-east-1': createLedgerPool({ ...relay.connection, maxConnections: 8 }), 'us-east-2': createLedgerPool(standby.connectionTo(database.name)) };
  const [own, other] = [pools['us-east-1'], pools['us-east-2']];
  return {
    region: 'us-east-1', ledger: new PostgresLedger(own), standby: new PostgresLedger(other), control: new PostgresLedgerControl(pools),
    receipts: new PostgresReceiptBook(own), standbyReceipts: new PostgresReceiptBook(other),
    settlement: new PostgresSettlementBook(own), standbySettlement: new PostgresSettlementBook(other),
    caughtUp: () => caughtUp(primary, standby),
    cutOff: () => relay.close(),
    close: async () => {
      await Promise.all([own.end(), other.end()]);
      await relay.close();
    },
    database,
  };
}

for (const contract of [...receiptBookContract(fixture), ...settlementBookContract(fixture)]) test(contract.name, () => contract.run());

describe('what the database refuses', () => {
  let books: Awaited<ReturnType<typeof fixture>>;
  const refusal = (constraint: string) => ({ code: expect.stringMatching(/^23/), constraint });

  beforeEach(async () => {
    books = await fixture();
    await books.ledger.post(epochOf(1), [processedOn('a'), processedOn('b'), processedOn('c', { currency: 'USD' })]);
    await books.settlement.assign(epochOf(1), { date: dayOf(5), closes: false, at: epochMs(0) });
    await books.settlement.published(epochOf(1), 1, 'a'.repeat(64));
    await books.receipts.written(epochOf(1), ['shop/a', 'shop/b', 'shop/c']);
    return () => books.close();
  });

  test.each([
    ['an entry moved to another file', "UPDATE understudy.entry SET file_id = 2 WHERE entry_id = 'shop/a'", 'entry_is_assigned_once'],
    ['an entry taken out of its file', "UPDATE understudy.entry SET file_id = NULL WHERE entry_id = 'shop/a'", 'entry_is_assigned_once'],
    ['an entry of another day', "UPDATE understudy.entry SET business_date = '2026-01-06' WHERE entry_id = 'shop/a'", 'entry_is_assigned_once'],
    ['a receipt that is due again', 'UPDATE understudy.entry SET receipt_due = true', 'entry_is_assigned_once'],
    ['an entry removed', 'DELETE FROM understudy.entry', 'entry_is_append_only'],
    ['a file removed', 'DELETE FROM understudy.settlement_file', 'settlement_file_is_append_only'],
    ['another total', 'UPDATE understudy.settlement_file SET total_minor = 1', 'settlement_file_stays'],
    ['another checksum', `UPDATE understudy.settlement_file SET sha256 = repeat('b', 64)`, 'settlement_file_stays'],
    ['a file less published', 'UPDATE understudy.settlement_file SET published_epoch = 0', 'settlement_file_stays'],
    ['a file without entries', "INSERT INTO understudy.settlement_file (live, business_date, currency, n, entry_count, total_minor, epoch, assigned_at) VALUES (true, '2026-01-05', 'EUR', 9, 1, 5, 1, now())", 'settlement_file_adds_up'],
    ['the same number twice', "INSERT INTO understudy.settlement_file (live, business_date, currency, n, entry_count, total_minor, epoch, assigned_at) VALUES (true, '2026-01-05', 'EUR', 1, 1, 5, 1, now())", 'settlement_file_once_per_name'],
  ])('%s -> refused', async (_what, statement, constraint) => {
    await expect(books.database.sql(statement)).rejects.toMatchObject(refusal(constraint));
  });
});

test('fence: raised while an assignment is under way -> waits for its end, and the next one is fenced', async () => {
  const { ledger, settlement, control, database, close } = await fixture();
  await ledger.post(epochOf(1), [processedOn('a')]);
  const holder = await holding(database, 'LOCK TABLE understudy.settlement_file IN EXCLUSIVE MODE');
  const assigning = settlement.assign(epochOf(1), { date: dayOf(5), closes: false, at: epochMs(0) });
  await waiterFor(database, 'relation');
  const raising = control.raiseFence('us-east-1', { from: epochOf(1), to: epochOf(2) });
  await waiterFor(database, 'advisory');
  await holder.finish();
  expect(await assigning).toMatchObject({ n: 1, epoch: 1 });
  expect(await raising).toEqual({ code: 'raised' });
  expect(await settlement.assign(epochOf(1), { date: dayOf(5), closes: true, at: epochMs(0) })).toBe('fenced');
  await close();
});

test('entries: a ledger from before they were kept -> each processed payment has one after the migration', async () => {
  const database = await primary.createDatabase('template0');
  const earlier = migrations.filter((migration) => migration.id < 5);
  await migrate(database.connection, earlier);
  const pool = createLedgerPool(database.connection);
  for (const id of ['a', 'b']) {
    await database.sql(`BEGIN;
      INSERT INTO understudy.payment (merchant_id, transaction_id, customer_id, amount_minor, currency, status, epoch, decided_at, business_date)
      VALUES ('shop', '${id}', 'c', 5, 'EUR', 'processed', 1, now(), '2026-01-05');
      INSERT INTO understudy.posting (merchant_id, transaction_id, account, amount_minor, currency)
      VALUES ('shop', '${id}', 'acquirer:receivable', 5, 'EUR'), ('shop', '${id}', 'merchant:shop:payable', -5, 'EUR');
      COMMIT`);
  }
  await migrate(database.connection);
  expect(await new PostgresReceiptBook(pool).due(epochOf(1), 10)).toMatchObject([{ transactionId: 'a' }, { transactionId: 'b' }]);
  await pool.end();
});
