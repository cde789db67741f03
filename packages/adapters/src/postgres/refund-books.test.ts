// Refunds in the books: what a post writes of them, and what the database refuses by itself, to anyone.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { epochOf } from '@understudy/core';
import type { DecidedPayment, Refund } from '@understudy/core';
import { decided, refundSample } from '@understudy/core/contracts';
import { createLedgerPool } from './ledger-pool.ts';
import type { LedgerPool } from './ledger-pool.ts';
import { PostgresLedger } from './postgres-ledger.ts';
import { PostgresLedgerReport } from './postgres-ledger-report.ts';
import { holding, waiterFor } from './test-holder.ts';
import { TestServer } from './test-server.ts';
import type { TestDatabase } from './test-server.ts';

let server: TestServer;
let database: TestDatabase;
let pool: LedgerPool;

beforeAll(async () => {
  server = await TestServer.start();
});

beforeEach(async () => {
  database = await server.createDatabase();
  pool = createLedgerPool(database.connection);
  return () => pool.end();
});

afterAll(() => server?.stop());

const first = epochOf(1);
/** A processed payment of 12.50 EUR with these refunds. */
const refunded = (...refunds: readonly Refund[]): DecidedPayment => ({ ...decided('t1'), refunds });
const post = (...refunds: readonly Refund[]) => new PostgresLedger(pool).post(first, [refunded(...refunds)]);
const failed = (id: string, minor: bigint): Refund => ({ ...refundSample(id, minor), decision: { ...refundSample(id, minor).decision!, outcome: 'failed', code: 'refund_declined' } });

test('post: a processed and a failed refund -> rows, reversed postings, notices and an entry, all from the decision', async () => {
  await post(refundSample('r1', 500n), failed('r2', 750n));
  expect(await database.sql('SELECT refund_id, amount_minor, currency, status, code, acquirer_reference, epoch FROM understudy.refund ORDER BY refund_id')).toEqual([
    { refund_id: 'r1', amount_minor: '500', currency: 'EUR', status: 'processed', code: null, acquirer_reference: 're_r1', epoch: '1' },
    { refund_id: 'r2', amount_minor: '750', currency: 'EUR', status: 'failed', code: 'refund_declined', acquirer_reference: 're_r2', epoch: '1' },
  ]);
  expect(await database.sql('SELECT refund_id, account, amount_minor FROM understudy.posting ORDER BY refund_id, account')).toEqual([
    { refund_id: '', account: 'acquirer:receivable', amount_minor: '1250' },
    { refund_id: '', account: 'merchant:shop:payable', amount_minor: '-1250' },
    { refund_id: 'r1', account: 'acquirer:receivable', amount_minor: '-500' },
    { refund_id: 'r1', account: 'merchant:shop:payable', amount_minor: '500' },
  ]);
  const facts = { merchant_id: 'shop', transaction_id: 't1', customer_id: 'customer-1', currency: 'EUR', accepted_at: '2026-01-05T12:00:08.000Z', accepted_region: 'us-east-2', decided_at: '2026-01-05T12:00:09.000Z', live: 'true' };
  expect(await database.sql("SELECT event, payload FROM understudy.outbox WHERE event LIKE 'refund%' ORDER BY event")).toEqual([
    { event: 'refund.failed', payload: { ...facts, refund_id: 'r2', amount: '7.50', status: 'failed', code: 'refund_declined' } },
    { event: 'refund.processed', payload: { ...facts, refund_id: 'r1', amount: '5.00', status: 'processed' } },
  ]);
  expect(await database.sql('SELECT entry_id, currency, live FROM understudy.entry ORDER BY entry_id')).toEqual([
    { entry_id: 'shop/t1', currency: 'EUR', live: true }, { entry_id: 'shop/t1~r1', currency: 'EUR', live: true },
  ]);
});

test('report: a payment with refunds -> balanced; with a posting of a refund that is missing -> not', async () => {
  await post(refundSample('r1', 500n), failed('r2', 750n));
  const report = new PostgresLedgerReport(pool);
  expect(await report.of(decided('t1'))).toMatchObject({ balanced: true });
  await database.sql("SET session_replication_role = replica; DELETE FROM understudy.posting WHERE refund_id = 'r1' AND amount_minor > 0");
  expect(await report.of(decided('t1'))).toMatchObject({ balanced: false });
});

const refund = (change: Readonly<Record<string, string>> = {}): string => {
  const row = {
    merchant_id: "'shop'", transaction_id: "'t1'", refund_id: "'x'", amount_minor: '100', currency: "'EUR'", status: "'processed'", epoch: '1', decided_at: 'now()', business_date: "'2026-01-05'", ...change,
  };
  return `INSERT INTO understudy.refund (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).join(', ')})`;
};
const posting = (account: string, amount: number, currency = 'EUR'): string =>
  `INSERT INTO understudy.posting (merchant_id, transaction_id, refund_id, account, amount_minor, currency) VALUES ('shop', 't1', 'x', '${account}', ${amount}, '${currency}')`;
const [credit, debit] = [posting('acquirer:receivable', -100), posting('merchant:shop:payable', 100)];
const commit = (...statements: readonly string[]) => database.sql(['BEGIN', ...statements, 'COMMIT'].join('; '));

test.each<[string, string, readonly string[]]>([
  ['without its postings', 'postings_match_refund', [refund()]],
  ['with one of them', 'postings_match_refund', [refund(), credit]],
  ['with those of a charge', 'postings_match_refund', [refund(), posting('acquirer:receivable', 100), posting('merchant:shop:payable', -100)]],
  ['with those of another amount', 'postings_match_refund', [refund(), posting('acquirer:receivable', -99), posting('merchant:shop:payable', 99)]],
  ['that failed, with postings', 'postings_match_refund', [refund({ status: "'failed'" }), credit, debit]],
  ['whose postings have no row', 'postings_match_refund', [credit, debit]],
  ['in another currency', 'refunds_within_charge', [refund({ currency: "'USD'" }), posting('acquirer:receivable', -100, 'USD'), posting('merchant:shop:payable', 100, 'USD')]],
  ['of more than is left', 'refunds_within_charge', [refund({ amount_minor: '751' }), posting('acquirer:receivable', -751), posting('merchant:shop:payable', 751)]],
  ['of nothing', 'refund_amount_is_positive', [refund({ amount_minor: '0' })]],
  ['under another epoch than the fence\'s', 'refund_epoch_is_fence', [refund({ epoch: '2' }), credit, debit]],
  ['of no payment', 'refund_is_of_payment', [refund({ transaction_id: "'none'" })]],
  ['without an id', 'refund_id_is_not_empty', [refund({ refund_id: "''" })]],
  ['that is cancelled', 'refund_status_is_known', [refund({ status: "'cancelled'" })]],
])('books: a refund %s -> refused', async (_what, constraint, statements) => {
  await post(refundSample('r1', 500n));
  await expect(commit(...statements)).rejects.toMatchObject({ code: expect.stringMatching(/^23/), constraint });
});

test('books: two transactions that each give back what is left, neither seeing the other -> one waits, and is refused', async () => {
  await post(refundSample('r1', 500n));
  const whole = (id: string): readonly string[] => [
    refund({ refund_id: `'${id}'`, amount_minor: '750' }),
    ...[posting('acquirer:receivable', -750), posting('merchant:shop:payable', 750)].map((statement) => statement.replace("'x'", `'${id}'`)),
    'SET CONSTRAINTS ALL IMMEDIATE',
  ];
  const early = await holding(database, ...whole('a'));
  const late = commit(...whole('b')).then(() => 'committed', (error: unknown) => error);
  await Promise.race([late, waiterFor(database, 'transactionid')]);
  await early.finish();
  expect(await late).toMatchObject({ constraint: 'refunds_within_charge' });
});

test('books: a whole refund in plain SQL -> committed, and from then on never changed or removed', async () => {
  await post(refundSample('r1', 500n));
  await commit(refund(), credit, debit);
  for (const change of ["UPDATE understudy.refund SET amount_minor = 1", 'DELETE FROM understudy.refund', 'TRUNCATE understudy.refund CASCADE']) {
    await expect(database.sql(change)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
  }
});
