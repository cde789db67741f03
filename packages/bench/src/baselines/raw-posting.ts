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

const schemaOf = (tables: RawTables): string => (tables === 'guarded' ? 'understudy' : 'bare');

/** Answers with their numbers, in the order in which the values were given. */
function paymentsStatement(payments: readonly DecidedPayment[], tables: RawTables): Statement {
  const statement = insert(`${schemaOf(tables)}.payment`, ['merchant_id', 'transaction_id', 'customer_id', 'amount_minor', 'currency', 'status', 'acquirer_reference', 'epoch', 'decided_at', 'business_date', 'live'],
    payments.map(({ merchantId, transactionId, acceptance, decision }) => [merchantId, transactionId, acceptance.customerId, acceptance.amount.minor.toString(), 'USD', 'processed', decision.acquirerReference, 1, isoTime(decision.decidedAt), decision.businessDate, true]));
  return { ...statement, text: `${statement.text} RETURNING payment_no` };
}

/** What belongs to the payments, by the numbers that they were given. */
function belongings(payments: readonly DecidedPayment[], numbers: readonly string[], tables: RawTables): readonly Statement[] {
  const keys = payments.map(({ merchantId, transactionId }, i) => [numbers[i], merchantId, transactionId]);
  const statements = [
    insert(`${schemaOf(tables)}.posting`, ['payment_no', 'merchant_id', 'transaction_id', 'account', 'amount_minor', 'currency'],
      payments.flatMap(({ merchantId, acceptance }, i) => [[...(keys[i] ?? []), 'acquirer:receivable', acceptance.amount.minor.toString(), 'USD'], [...(keys[i] ?? []), `merchant:${merchantId}:payable`, `-${acceptance.amount.minor}`, 'USD']])),
    insert(`${schemaOf(tables)}.outbox`, ['payment_no', 'merchant_id', 'transaction_id', 'event', 'payload'],
      payments.map(({ merchantId, transactionId, acceptance, decision }, i) => [...(keys[i] ?? []), 'payment.processed', JSON.stringify({ merchant_id: merchantId, transaction_id: transactionId, customer_id: acceptance.customerId, amount: formatAmount(acceptance.amount), currency: 'USD', status: 'processed', accepted_at: isoTime(acceptance.acceptedAt), accepted_region: 'us-east-1', decided_at: isoTime(decision.decidedAt), live: 'true' })])),
  ];
  // The books' own trigger makes the entries.
  if (tables === 'bare') statements.push(insert('bare.entry', ['payment_no', 'merchant_id', 'transaction_id', 'live', 'business_date', 'currency'], payments.map(({ decision }, i) => [...(keys[i] ?? []), true, decision.businessDate, 'USD'])));
  return statements;
}

export async function postRaw(pool: LedgerPool, payments: readonly DecidedPayment[], tables: RawTables): Promise<void> {
  const sorted = payments.toSorted((a, b) => (a.transactionId < b.transactionId ? -1 : 1));
  const client = await pool.connect();
  const run = ({ name, text, values }: Statement): Promise<{ readonly rows: readonly { readonly payment_no: string }[] }> => client.query({ name: `${name}-${sorted.length}`, text, values: [...values] });
  try {
    await client.query('BEGIN');
    const { rows } = await run(paymentsStatement(sorted, tables));
    for (const statement of belongings(sorted, rows.map(({ payment_no: number }) => number), tables)) await run(statement);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
