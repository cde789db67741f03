// The verdict of a drill, proved by planting each kind of broken promise into records that were in order.
import { expect, test } from 'vitest';
import type { RecordEntry } from '../acquirer-sandbox/record.ts';
import { judge } from './check.ts';
import type { SentPayment } from './load.ts';
import type { LedgerRowBody } from './running-twin.ts';

const sent = (id: string, acked = true): SentPayment => ({ transactionId: id, amountMinor: 1250, currency: 'EUR', sentAt: 1, tries: 1, ...(acked && { ackedAt: 2 }) });
const row = (id: string, change: Partial<LedgerRowBody> = {}): LedgerRowBody => ({ merchant_id: 'demo', transaction_id: id, amount_minor: 1250, currency: 'EUR', status: 'processed', epoch: 1, ...change });
const charge = (id: string, change: Partial<RecordEntry> = {}): RecordEntry => ({
  key: `key-${id}`, merchant_id: 'demo', transaction_id: id, amount_minor: 1250, currency: 'EUR', live: false, outcome: 'approved', voided: false, refunded_minor: 0, requests: 1, charges: 1, voids: 0, ...change,
});
const declined = { outcome: 'declined', charges: 0 } as const;

const payments = [sent('a'), sent('b'), sent('c', false)];
const rows = [row('a'), row('b', { status: 'failed' })];
const charges = [charge('a'), charge('b', declined)];

test('verdict: records in order -> nothing broken, and counted', () => {
  expect(judge(payments, rows, charges)).toEqual({ broken: [], acknowledged: 2, processed: 1, failed: 1, cancelled: 0, unacknowledgedButDone: 0 });
});

test('verdict: done without an acknowledgement -> counted, not broken', () => {
  expect(judge(payments, [...rows, row('c')], [...charges, charge('c')])).toMatchObject({ broken: [], unacknowledgedButDone: 1 });
});

test('verdict: charged twice and voided once -> in order', () => {
  expect(judge(payments, rows, [charge('a', { charges: 2, voids: 1 }), charge('b', declined)]).broken).toEqual([]);
});

test('verdict: a definite no -> only a session in use may say it, and then nothing is booked', () => {
  const refused = (change: Partial<SentPayment>): SentPayment => ({ ...sent('r', false), refusedStatus: 409, ...change });
  expect(judge([...payments, refused({ sessionId: 's' })], rows, charges).broken).toEqual([]);
  for (const [payment, booked, sentence] of [[refused({}), [], 'r was refused with 409'], [refused({ sessionId: 's', refusedStatus: 400 }), [], 'r was refused with 400'], [refused({ sessionId: 's' }), [row('r')], 'r was refused with 409 and stands in the ledger as processed']] as const) {
    expect(judge([...payments, payment], [...rows, ...booked], charges).broken).toContain(sentence);
  }
});

test.each<[string, readonly LedgerRowBody[], readonly RecordEntry[], string]>([
  ['an acknowledged payment without a row', [row('a')], charges, 'b was acknowledged and has no row'],
  ['a payment with two rows', [...rows, row('a')], charges, 'a stands twice in the ledger'],
  ['a payment charged twice', rows, [charge('a', { charges: 2 }), charge('b', declined)], 'a is processed with 2 charges'],
  ['a payment under two keys', rows, [...charges, charge('a', { key: 'other' })], 'a has two keys'],
  ['processed without a charge', rows, [charge('b', declined)], 'a is processed with 0 charges'],
  ['failed with a charge', rows, [charge('a'), charge('b')], 'b is failed with 1 charges'],
  ['booked with another amount', [row('a', { amount_minor: 1251 }), rows[1] as LedgerRowBody], charges, 'booked as 1251'],
  ['booked in another currency', [row('a', { currency: 'USD' }), rows[1] as LedgerRowBody], charges, 'booked as 1250 USD'],
  ['charged another amount', rows, [charge('a', { amount_minor: 1 }), charge('b', declined)], 'charged 1 EUR'],
  ['charged and never booked', rows, [...charges, charge('c')], 'c has 1 charges that stand and no row'],
  ['a row nobody sent', [...rows, row('ghost')], charges, 'ghost stands in the ledger and was never sent'],
  ['a charge nobody sent', rows, [...charges, charge('ghost')], 'ghost was charged and never sent'],
])('verdict: %s -> broken, and says so', (_situation, plantedRows, plantedCharges, sentence) => {
  expect(judge(payments, plantedRows, plantedCharges).broken.join('\n')).toContain(sentence);
});
