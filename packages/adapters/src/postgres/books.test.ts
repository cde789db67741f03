// What the database refuses by itself, to anyone: raw SQL against a migrated ledger.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestServer } from './test-server.ts';
import type { TestDatabase } from './test-server.ts';

let server: TestServer;
let database: TestDatabase;

beforeAll(async () => {
  server = await TestServer.start();
});

beforeEach(async () => {
  database = await server.createDatabase();
});

afterAll(() => server?.stop());

const payment = (change: Readonly<Record<string, string>> = {}): string => {
  const row = {
    merchant_id: "'shop'", transaction_id: "'t1'", customer_id: "'c1'", amount_minor: '1250', currency: "'EUR'", status: "'processed'",
    epoch: '1', decided_at: 'now()', business_date: "'2026-01-05'", ...change,
  };
  return `INSERT INTO understudy.payment (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).join(', ')})`;
};

const posting = (account: string, amount: number | string, currency = 'EUR'): string =>
  `INSERT INTO understudy.posting (merchant_id, transaction_id, account, amount_minor, currency) VALUES ('shop', 't1', '${account}', ${amount}, '${currency}')`;

const debit = posting('acquirer:receivable', 1250);
const credit = posting('merchant:shop:payable', -1250);

const commit = (...statements: readonly string[]) => database.sql(['BEGIN', ...statements, 'COMMIT'].join('; '));
const counts = async () => (await database.sql('SELECT (SELECT count(*) FROM understudy.payment)::int AS payments, (SELECT count(*) FROM understudy.posting)::int AS postings'))[0];
const refusal = (constraint: string) => ({ code: expect.stringMatching(/^23/), constraint });

test('books: a processed payment with its two postings -> committed', async () => {
  await commit(payment(), debit, credit);
  expect(await counts()).toEqual({ payments: 1, postings: 2 });
});

test('books: a failed and a cancelled payment without postings -> committed', async () => {
  await commit(payment({ status: "'failed'" }), payment({ transaction_id: "'t2'", status: "'cancelled'" }));
  expect(await counts()).toEqual({ payments: 2, postings: 0 });
});

test.each([
  ['no postings', 'postings_match_payment', []],
  ['only the debit', 'postings_sum_to_zero', [debit]],
  ['a debit above the credit', 'postings_sum_to_zero', [posting('acquirer:receivable', 1251), credit]],
  ['balanced postings of another amount', 'postings_match_payment', [posting('acquirer:receivable', 1), posting('merchant:shop:payable', -1)]],
  ['the sides swapped', 'postings_match_payment', [posting('acquirer:receivable', -1250), posting('merchant:shop:payable', 1250)]],
  ['the postings of another currency', 'postings_match_payment', [posting('acquirer:receivable', 1250, 'USD'), posting('merchant:shop:payable', -1250, 'USD')]],
  ['a debit in one currency and a credit in another', 'postings_sum_to_zero', [debit, posting('merchant:shop:payable', -1250, 'USD')]],
  ["another merchant's account", 'postings_match_payment', [debit, posting('merchant:market:payable', -1250)]],
  ['a balanced pair too many', 'postings_match_payment', [debit, credit, posting('a', 5), posting('b', -5)]],
  ['a posting of nothing', 'posting_amount_is_not_zero', [debit, credit, posting('a', 0)]],
  ['an account twice', 'posting_once_per_account', [debit, debit, credit, credit]],
])('books: a processed payment with %s -> refused', async (_situation, constraint, postings) => {
  await expect(commit(payment(), ...postings)).rejects.toMatchObject(refusal(constraint));
  expect(await counts()).toEqual({ payments: 0, postings: 0 });
});

test('books: a failed payment with postings -> refused', async () => {
  await expect(commit(payment({ status: "'failed'" }), debit, credit)).rejects.toMatchObject(refusal('postings_match_payment'));
});

test('books: postings added to a payment of an earlier transaction -> refused', async () => {
  await commit(payment({ status: "'failed'" }));
  await expect(commit(debit, credit)).rejects.toMatchObject(refusal('postings_match_payment'));
  await expect(commit(debit)).rejects.toMatchObject(refusal('postings_sum_to_zero'));
  expect(await counts()).toEqual({ payments: 1, postings: 0 });
});

test('books: any set of postings, with the payment or after it -> committed only when it is the pair that the payment asks for', async () => {
  const menu = [debit, credit, posting('acquirer:receivable', -1250), posting('merchant:shop:payable', 1250), posting('acquirer:receivable', 1250, 'USD'), posting('merchant:market:payable', -1250)];
  const isCommitted = (statements: readonly string[], id: string) => commit(...statements.map((statement) => statement.replaceAll("'t1'", `'${id}'`))).then(() => true, () => false);
  for (let chosen = 0; chosen < 2 ** menu.length; chosen += 1) {
    const postings = menu.filter((_, i) => (chosen >> i) % 2 === 1);
    expect(await isCommitted([payment(), ...postings], `processed-${chosen}`), postings.join()).toBe(chosen === 0b11);
    expect(await isCommitted([payment({ status: "'failed'" }), ...postings], `failed-${chosen}`), postings.join()).toBe(chosen === 0);
    if (chosen > 0) expect(await isCommitted(postings, 'failed-0') || await isCommitted(postings, 'processed-3'), postings.join()).toBe(false);
  }
});

test('books: postings of no payment -> refused', async () => {
  await expect(commit(debit, credit)).rejects.toMatchObject({ code: '23503' });
});

test('books: postings that give the number of another payment -> refused, and so is a payment that takes the number and the postings of another', async () => {
  await commit(payment(), debit, credit);
  const [first] = await database.sql('SELECT payment_no FROM understudy.payment');
  const numbered = (statement: string, overriding = ''): string => statement.replace('(merchant_id', '(payment_no, merchant_id').replace("VALUES (", `${overriding}VALUES (${first?.payment_no}, `).replaceAll("'t1'", "'t2'");
  await expect(commit(payment({ transaction_id: "'t2'" }), numbered(debit), numbered(credit))).rejects.toMatchObject(refusal('posting_once_per_account'));
  await expect(commit(payment({ transaction_id: "'t2'" }), numbered(posting('a', 5)))).rejects.toMatchObject(refusal('posting_is_of_payment'));
  await expect(commit(numbered(payment(), 'OVERRIDING SYSTEM VALUE '))).rejects.toMatchObject(refusal('payment_number_once'));
  await expect(commit(payment({ transaction_id: "'t2'" }).replace('(merchant_id', '(payment_no, merchant_id').replace('VALUES (', 'OVERRIDING SYSTEM VALUE VALUES (0, '))).rejects.toMatchObject(refusal('payment_number_is_positive'));
  expect(await counts()).toEqual({ payments: 1, postings: 2 });
});

test('books: indexes that grow with them, in the order of ids -> the key that keeps a payment or a refund single, and those that know the day or hold only what is due', async () => {
  const rows = await database.sql(`SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'understudy' AND tablename IN ('payment', 'posting', 'outbox', 'refund', 'entry', 'delivery')
    AND indexdef !~ '\\((id|payment_no|outbox_id|file_id)[,)]' ORDER BY 1`);
  expect(rows.map(({ name }) => name)).toEqual(['delivery_due', 'delivery_told', 'delivery_troubled', 'entry_by_receipt', 'entry_without_file', 'entry_without_receipt', 'payment_pkey', 'refund_pkey']);
});

test.each([
  ['amount of zero', { amount_minor: '0' }, 'payment_amount_is_positive'],
  ['currency in lower case', { currency: "'eur'" }, 'payment_currency_is_iso'],
  ['unknown status', { status: "'accepted'" }, 'payment_status_is_known'],
])('books: a payment with an %s -> refused', async (_situation, change, constraint) => {
  await expect(commit(payment(change), debit, credit)).rejects.toMatchObject(refusal(constraint));
});

test.each([
  'UPDATE understudy.payment SET amount_minor = 1',
  'UPDATE understudy.payment SET epoch = 1',
  'DELETE FROM understudy.payment',
  'TRUNCATE understudy.payment CASCADE',
  'UPDATE understudy.posting SET amount_minor = 1',
  'DELETE FROM understudy.posting',
  'TRUNCATE understudy.posting',
  'DELETE FROM understudy.fence',
  'TRUNCATE understudy.fence',
  `${payment()} ON CONFLICT (merchant_id, transaction_id) DO UPDATE SET amount_minor = 1`,
])('append-only: %s -> refused', async (change) => {
  await commit(payment(), debit, credit);
  await expect(database.sql(change)).rejects.toMatchObject({ code: '23000', constraint: expect.stringMatching(/_is_append_only$/) });
  expect(await counts()).toEqual({ payments: 1, postings: 2 });
});

const event = "INSERT INTO understudy.outbox (merchant_id, transaction_id, event, payload) VALUES ('shop', 't1', 'payment.failed', '{}')";
const delivery = (columns: string, values: string): string => `INSERT INTO understudy.delivery (outbox_id, target${columns}) SELECT id, 'webhook:1'${values} FROM understudy.outbox`;

test.each([
  ['outbox_is_append_only', 'DELETE FROM understudy.outbox'],
  ['outbox_is_append_only', 'TRUNCATE understudy.outbox CASCADE'],
  ['outbox_is_addressed_once', "UPDATE understudy.outbox SET payload = '{\"a\": 1}'"],
  ['outbox_is_addressed_once', "UPDATE understudy.outbox SET event = 'payment.processed', addressed_at = now()"],
  ['outbox_is_addressed_once', 'UPDATE understudy.outbox SET addressed_at = now(); UPDATE understudy.outbox SET addressed_at = NULL'],
  ['outbox_is_addressed_once', "UPDATE understudy.outbox SET addressed_at = now(); UPDATE understudy.outbox SET addressed_at = now() + interval '1 s'"],
  ['delivery_is_append_only', 'TRUNCATE understudy.delivery'],
  ['delivery_stays_a_week', 'DELETE FROM understudy.delivery'],
  ['delivery_stays_told', 'UPDATE understudy.delivery SET told_at = NULL, due_at = now()'],
  ['delivery_stays_told', "UPDATE understudy.delivery SET target = 'webhook:2'"],
])('outbox: %s, whoever says %s', async (constraint, change) => {
  await commit(payment({ status: "'failed'" }), event, delivery(', told_at', ', now()'));
  await expect(database.sql(change)).rejects.toMatchObject({ code: '23000', constraint });
});

test.each([
  ['told a week ago', ", told_at", ", now() - interval '8 days'", true],
  ['told a week ago, and due once more', ', told_at, due_at', ", now() - interval '8 days', now()", false],
  ['told a week ago, then given up', ', told_at, dead_at', ", now() - interval '8 days', now()", false],
  ['told six days ago', ', told_at', ", now() - interval '6 days'", false],
])('outbox: a delivery that is %s, may it be forgotten?', async (_what, columns, values, may) => {
  await commit(payment({ status: "'failed'" }), event, delivery(columns, values));
  const forgetting = database.sql('DELETE FROM understudy.delivery');
  await (may ? expect(forgetting).resolves.toEqual([]) : expect(forgetting).rejects.toMatchObject(refusal('delivery_stays_a_week')));
});

test.each([['neither due nor done', '', ''], ['due and dead', ', due_at, dead_at', ', now(), now()']])('outbox: a delivery that is %s -> refused', async (_what, columns, values) => {
  await commit(payment({ status: "'failed'" }), event);
  await expect(database.sql(delivery(columns, values))).rejects.toMatchObject(refusal('delivery_is_due_or_done'));
});

test.each(['0', '2', 'NULL'])('fence: a payment of epoch %s while it stands at 1 -> refused', async (epoch) => {
  await expect(commit(payment({ epoch }), debit, credit)).rejects.toMatchObject(refusal('payment_epoch_is_fence'));
});

test('fence: a payment inserted under an old snapshot -> refused', async () => {
  await expect(database.sql(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${payment({ status: "'failed'" })}; COMMIT`)).rejects.toMatchObject(refusal('payment_epoch_is_fence'));
});

test('fence: lowered, repeated or doubled -> refused', async () => {
  await database.sql('UPDATE understudy.fence SET epoch = 3');
  await expect(database.sql('UPDATE understudy.fence SET epoch = 2')).rejects.toMatchObject(refusal('fence_only_grows'));
  await expect(database.sql('UPDATE understudy.fence SET epoch = 3')).rejects.toMatchObject(refusal('fence_only_grows'));
  await expect(database.sql('INSERT INTO understudy.fence VALUES (2, 4)')).rejects.toMatchObject(refusal('fence_is_one_row'));
  expect(await database.sql('SELECT epoch FROM understudy.fence')).toEqual([{ epoch: '3' }]);
});
