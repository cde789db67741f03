// The books for a person to look at, over PostgreSQL: order, filters, pages, and the whole of one payment.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { epochMs, epochOf } from '@understudy/core';
import { decided } from '@understudy/core/contracts';
import { createLedgerPool } from './ledger-pool.ts';
import { PostgresLedgerBrowser } from './postgres-ledger-browser.ts';
import { PostgresLedger } from './postgres-ledger.ts';
import { PostgresOutbox } from './postgres-outbox.ts';
import { TestServer } from './test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

async function books() {
  const database = await server.createDatabase();
  const pool = createLedgerPool(database.connection);
  return { ledger: new PostgresLedger(pool), browser: new PostgresLedgerBrowser(pool), outbox: new PostgresOutbox(pool), sql: database.sql.bind(database), close: () => pool.end() };
}

test('ledger browser: five payments posted one after the other, pages of two -> all of them, the last first, each once', async () => {
  const { ledger, browser, close } = await books();
  for (const id of ['e', 'a', 'd', 'b', 'c']) await ledger.post(epochOf(1), [decided(id)]);
  const found: string[] = [];
  let before: string | undefined;
  do {
    const page = await browser.newest({ limit: 2, ...(before !== undefined && { before }) });
    found.push(...page.payments.map((payment) => payment.transactionId));
    before = page.next;
  } while (before !== undefined);
  expect(found).toEqual(['c', 'b', 'd', 'a', 'e']);
  await close();
});

test('ledger browser: a status, a merchant, a mode asked for -> only those', async () => {
  const { ledger, browser, close } = await books();
  const decline = { outcome: 'failed', code: 'card_declined', decidedAt: epochMs(1_767_614_400_000), businessDate: decided('x').decision.businessDate } as const;
  await ledger.post(epochOf(1), [decided('a'), decided('b', { merchant: 'other' }), decided('c', { decision: decline })]);
  const idsOf = async (filter: object) => (await browser.newest({ limit: 10, ...filter })).payments.map((payment) => payment.transactionId);
  expect(await idsOf({ outcome: 'failed' })).toEqual(['c']);
  expect(await idsOf({ merchantId: 'other' })).toEqual(['b']);
  expect(await idsOf({ live: !decided('a').acceptance.live })).toEqual([]);
  expect((await browser.newest({ limit: 10, outcome: 'failed' })).payments[0]).toMatchObject({ code: 'card_declined', outcome: 'failed' });
  expect(await browser.merchants()).toEqual(['other', 'shop']);
  await close();
});

test('ledger browser: what a filter lets through lies far back -> an empty page that goes on, and then it is found', async () => {
  const { ledger, browser, sql, close } = await books();
  await ledger.post(epochOf(1), [decided('old', { merchant: 'rare' })]);
  await ledger.post(epochOf(1), [decided('new')]);
  // Entries of refunds alone: nothing of them is a payment, all of them are looked through.
  await sql(`INSERT INTO understudy.outbox (merchant_id, transaction_id, refund_id, event, payload) SELECT 'shop', 'new', 'r' || n, 'refund.processed', '{}' FROM generate_series(1, 5000) AS n`);
  const first = await browser.newest({ limit: 10, merchantId: 'rare' });
  expect(first).toMatchObject({ payments: [], looked: 5000, next: expect.any(String) as string });
  const second = await browser.newest({ limit: 10, merchantId: 'rare', before: first.next ?? '' });
  expect(second.payments.map((payment) => payment.transactionId)).toEqual(['old']);
  expect(second.next).toBeUndefined();
  await close();
});

test('ledger browser: the story of a payment -> its row, both postings, what is told and to whom, its entry', async () => {
  const { ledger, browser, outbox, close } = await books();
  await ledger.post(epochOf(1), [decided('a'), decided('b')]);
  const events = await outbox.unaddressed({ limit: 10 });
  const at = epochMs(1_767_614_400_000);
  await outbox.address(events.filter(({ transactionId }) => transactionId === 'a').map((event) => ({ event, targets: ['https://shop.example/hook'] })), at);
  const { payment, postings, notices, entries, refunds } = await browser.story(decided('a'));
  expect(payment).toMatchObject({ transactionId: 'a', outcome: 'processed', reference: 'ch_a', epoch: 1, refundedMinor: 0n });
  expect(postings.map(({ account, amountMinor }) => [account, amountMinor])).toEqual([['acquirer:receivable', payment?.amount.minor], ['merchant:shop:payable', 0n - (payment?.amount.minor ?? 0n)]]);
  expect(notices).toMatchObject([{ event: 'payment.processed', target: 'https://shop.example/hook', failures: 0 }]);
  expect((await browser.story(decided('b'))).notices).toEqual([{ event: 'payment.processed', at: expect.any(Number) as number, failures: 0 }]);
  await outbox.address(events.filter(({ transactionId }) => transactionId === 'b').map((event) => ({ event, targets: [] })), at);
  expect((await browser.story(decided('b'))).notices).toEqual([{ event: 'payment.processed', at: expect.any(Number) as number, addressedAt: at, failures: 0 }]);
  expect(entries).toEqual([{ receiptDue: true }]);
  expect(refunds).toEqual([]);
  expect(await browser.story(decided('nobody'))).toEqual({ postings: [], refunds: [], notices: [], entries: [] });
  await close();
});
