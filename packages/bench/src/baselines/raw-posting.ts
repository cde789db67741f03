// Baseline: the same four kinds of rows by hand-written SQL, as a benchmark of PostgreSQL would write them: multi-row
// INSERTs with prepared statements in one transaction, no fence, no lock, no check of what stood there before.
import { formatAmount, isoTime } from '@understudy/core';
import type { DecidedPayment } from '@understudy/core';
import type { LedgerPool } from '@understudy/adapters/postgres';

/** `guarded`: into the very tables of the books, whose triggers check every row; `bare`: into tables that are alike, without them. */
export type RawTables = 'guarded' | 'bare';

/** The bare tables: columns, keys and indexes of the books, and none of their triggers and references. */
export const CREATE_BARE_TABLES: string = `CREATE SCHEMA IF NOT EXISTS bare;
${['payment', 'posting', 'outbox', 'entry'].map((table) => `DROP TABLE IF EXISTS bare.${table}; CREATE TABLE bare.${table} (LIKE understudy.${table} INCLUDING ALL)`).join(';\n')}`;

interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

const places = (rows: number, columns: number): string =>
  Array.from({ length: rows }, (_, row) => `(${Array.from({ length: columns }, (_unused, column) => `$${row * columns + column + 1}`).join(',')})`).join(',');

function insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Statement {
  return { name: `${table}-${rows.length}`, text: `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${places(rows.length, columns.length)}`, values: rows.flat() };
}

function statementsFor(payments: readonly DecidedPayment[], tables: RawTables): readonly Statement[] {
  const schema = tables === 'guarded' ? 'understudy' : 'bare';
  const key = (payment: DecidedPayment): readonly string[] => [payment.merchantId, payment.transactionId];
  const { length } = payments;
  const rows = payments.toSorted((a, b) => (a.transactionId < b.transactionId ? -1 : 1));
  const statements = [
    insert(`${schema}.payment`, ['merchant_id', 'transaction_id', 'customer_id', 'amount_minor', 'currency', 'status', 'acquirer_reference', 'epoch', 'decided_at', 'business_date', 'live'],
      rows.map((payment) => [...key(payment), payment.acceptance.customerId, payment.acceptance.amount.minor.toString(), 'USD', 'processed', payment.decision.acquirerReference, 1, isoTime(payment.decision.decidedAt), payment.decision.businessDate, true])),
    insert(`${schema}.posting`, ['merchant_id', 'transaction_id', 'account', 'amount_minor', 'currency'],
      rows.flatMap((payment) => [[...key(payment), 'acquirer:receivable', payment.acceptance.amount.minor.toString(), 'USD'], [...key(payment), `merchant:${payment.merchantId}:payable`, `-${payment.acceptance.amount.minor}`, 'USD']])),
    insert(`${schema}.outbox`, ['merchant_id', 'transaction_id', 'event', 'payload'],
      rows.map((payment) => [...key(payment), 'payment.processed', JSON.stringify({ merchant_id: payment.merchantId, transaction_id: payment.transactionId, customer_id: payment.acceptance.customerId, amount: formatAmount(payment.acceptance.amount), currency: 'USD', status: 'processed', accepted_at: isoTime(payment.acceptance.acceptedAt), accepted_region: 'us-east-1', decided_at: isoTime(payment.decision.decidedAt), live: 'true' })])),
  ];
  // The books' own trigger makes the entries.
  if (tables === 'bare') statements.push(insert('bare.entry', ['merchant_id', 'transaction_id', 'live', 'business_date', 'currency'], rows.map((payment) => [...key(payment), true, payment.decision.businessDate, 'USD'])));
  return statements.map((statement) => ({ ...statement, name: `${statement.name}-${length}` }));
}

export async function postRaw(pool: LedgerPool, payments: readonly DecidedPayment[], tables: RawTables): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    for (const { name, text, values } of statementsFor(payments, tables)) await client.query({ name, text, values: [...values] });
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
