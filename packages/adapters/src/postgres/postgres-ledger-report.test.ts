// The report over PostgreSQL: its contract, and what the database's own guards forbid, planted past them.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { epochOf, keyText } from '@understudy/core';
import { decided, ledgerReportContract } from '@understudy/core/contracts';
import { createLedgerPool } from './ledger-pool.ts';
import { PostgresLedgerReport } from './postgres-ledger-report.ts';
import { PostgresLedger } from './postgres-ledger.ts';
import { TestServer } from './test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

async function books() {
  const database = await server.createDatabase();
  const pool = createLedgerPool(database.connection);
  const plant = (statement: string) => database.sql(`SET session_replication_role = replica; ${statement}`);
  return { ledger: new PostgresLedger(pool), report: new PostgresLedgerReport(pool), plant, close: () => pool.end() };
}

for (const contract of ledgerReportContract(books)) test(`ledger report: ${contract.name}`, () => contract.run());

test.each([
  ['a posting removed', "DELETE FROM understudy.posting WHERE transaction_id = 'b' AND amount_minor < 0"],
  ['both postings removed', "DELETE FROM understudy.posting WHERE transaction_id = 'b'"],
  ['both postings of another amount', "UPDATE understudy.posting SET amount_minor = amount_minor * 2 WHERE transaction_id = 'b'"],
  ['the amount of the row changed', "UPDATE understudy.payment SET amount_minor = 1 WHERE transaction_id = 'b'"],
  ['a posting moved to the number of another payment', "UPDATE understudy.posting SET payment_no = 99 WHERE transaction_id = 'b' AND amount_minor < 0"],
  ['both postings moved to the number of another payment', "UPDATE understudy.posting SET payment_no = 99 WHERE transaction_id = 'b'"],
  ['a pair of postings too many', "INSERT INTO understudy.posting (payment_no, merchant_id, transaction_id, account, amount_minor, currency) SELECT payment_no, 'shop', 'b', account, minor, 'EUR' FROM understudy.payment, (VALUES ('x', 5), ('y', -5)) AS line (account, minor) WHERE transaction_id = 'b'"],
])('ledger report: %s -> that payment is not balanced, the others are', async (_what, statement) => {
  const { ledger, report, plant, close } = await books();
  const payments = ['a', 'b', 'c'].map((id) => decided(id));
  await ledger.post(epochOf(1), payments);
  await plant(statement);
  const { entries } = await report.page({ limit: 100 });
  expect([...new Set(entries.filter((entry) => !entry.balanced).map(keyText))]).toEqual(['shop#b']);
  expect(await report.of(payments[1] ?? decided('b'))).toMatchObject({ balanced: false });
  await close();
});

test('ledger report: postings of no payment, between others and behind the last -> reported, without a row', async () => {
  const { ledger, report, plant, close } = await books();
  await ledger.post(epochOf(1), [decided('a'), decided('c')]);
  await plant("INSERT INTO understudy.posting (payment_no, merchant_id, transaction_id, account, amount_minor, currency) VALUES (2, 'shop', 'b', 'x', 5, 'EUR'), (99, 'shop', 'z', 'x', 5, 'EUR')");
  const found: string[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await report.page({ limit: 1, ...(cursor !== undefined && { cursor }) });
    found.push(...page.entries.filter((entry) => entry.row === undefined).map(keyText));
    ({ cursor } = page);
  }
  expect(found).toEqual(['shop#b', 'shop#z']);
  expect(await report.of({ ...decided('z'), transactionId: decided('z').transactionId })).toMatchObject({ transactionId: 'z', balanced: false });
  await close();
});
