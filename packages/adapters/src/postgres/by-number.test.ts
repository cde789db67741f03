// Whatever is asked of a payment is answered by an index, however large the books: a question by ids goes through the
// payment to its number, and none reads a table from one end to the other.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { epochMs, epochOf, merchantId, transactionId } from '@understudy/core';
import type { PaymentKey } from '@understudy/core';
import { dayOf, processedOn, refundSample } from '@understudy/core/contracts';
import { createLedgerPool } from './ledger-pool.ts';
import { PostgresLedgerBrowser } from './postgres-ledger-browser.ts';
import { PostgresLedgerReport } from './postgres-ledger-report.ts';
import { PostgresLedger } from './postgres-ledger.ts';
import { PostgresOutbox } from './postgres-outbox.ts';
import { PostgresReceiptBook } from './postgres-receipt-book.ts';
import { PostgresSettlementBook } from './postgres-settlement-book.ts';
import { TestServer } from './test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

/** More than any of the questions below may look at. */
const PAYMENTS = 3000;
const first = epochOf(1);
const key = (n: number): PaymentKey => ({ merchantId: merchantId('shop'), transactionId: transactionId(`p${n}`) });

test('books of three thousand payments: whatever is asked of one of them -> no table is scanned', async () => {
  const database = await server.createDatabase();
  // So small a table is best read whole. Where that is forbidden it is done only for want of an index.
  await database.sql(`ALTER DATABASE ${database.name} SET enable_seqscan = off`);
  const pool = createLedgerPool(database.connection);
  const ledger = new PostgresLedger(pool);
  for (let from = 0; from < PAYMENTS; from += 500) {
    await ledger.post(first, Array.from({ length: 500 }, (_, i) => ({ ...processedOn(`p${from + i}`), ...(i === 0 && { refunds: [refundSample('r1', 100n)] }) })));
  }
  await database.sql('VACUUM ANALYZE');
  const [outbox, report, browser] = [new PostgresOutbox(pool), new PostgresLedgerReport(pool), new PostgresLedgerBrowser(pool)];
  const [receipts, settlement] = [new PostgresReceiptBook(pool), new PostgresSettlementBook(pool)];
  const { postings, refunds, entries, notices } = await browser.story(key(500));
  expect([postings, refunds, entries, notices].map(({ length }) => length)).toEqual([4, 1, 2, 2]);
  expect(await report.of(key(500))).toMatchObject({ balanced: true });
  expect((await report.page({ limit: 10, cursor: '700' })).entries).toHaveLength(10);
  const told = { keys: [key(7), key(500), key(500)], limit: 10 };
  const events = await outbox.unaddressed(told);
  expect(events.map(({ name }) => name)).toEqual(['payment.processed', 'payment.processed', 'refund.processed']);
  await outbox.address(events.map((event) => ({ event, targets: ['webhook:1'] })), epochMs(1000));
  expect(await outbox.claim({ ...told, now: epochMs(2000), leaseMs: 1000, perTarget: 10 })).toHaveLength(3);
  expect(await outbox.redeliver({ deadOf: told.keys }, epochMs(3000))).toBe(0);
  expect(await receipts.written(first, ['shop/p7', 'shop/p500~r1'])).toBe('noted');
  expect(await settlement.adopt(first, { name: { live: true, businessDate: dayOf(5), currency: 'EUR', n: 1 }, entryIds: ['shop/p7', 'shop/p500~r1'], at: epochMs(0) })).toBe('adopted');
  expect(await ledger.post(first, [processedOn('p7')])).toMatchObject({ code: 'posted' });
  // Closed connections have told what they did.
  await pool.end();
  const scans = await database.sql("SELECT relname AS name, seq_scan::int AS scans, idx_scan > 0 AS used FROM pg_stat_user_tables WHERE relname IN ('payment', 'posting', 'outbox', 'refund', 'entry') ORDER BY 1");
  expect(scans).toEqual(['entry', 'outbox', 'payment', 'posting', 'refund'].map((name) => ({ name, scans: 0, used: true })));
});
