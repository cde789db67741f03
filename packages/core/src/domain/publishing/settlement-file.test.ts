// The texts that are published: settlement files there and back, and receipts.
import { expect, test } from 'vitest';
import { customerId, merchantId, transactionId } from '../payment/payment.ts';
import { businessDateOf, epochMs } from '../time.ts';
import { entryId } from './entry.ts';
import type { Entry } from './entry.ts';
import { receiptKey, receiptText } from './receipt.ts';
import { parseSettlementFile, settlementFileKey, settlementFileOf, settlementFileText } from './settlement-file.ts';

const AT = epochMs(1_767_614_400_123);

const entry = (id: string, change: Partial<Entry> = {}): Entry => ({
  merchantId: merchantId('shop'), transactionId: transactionId(id), customerId: customerId('c-1'), live: true, amountMinor: 1250n, currency: 'EUR',
  decidedAt: AT, businessDate: businessDateOf(AT), acquirerReference: `ch_${id}`, ...change,
});

const name = { live: true, businessDate: businessDateOf(AT), currency: 'EUR', n: 2 };
const refund = entry('a', { refundId: 'r1', amountMinor: -250n, acquirerReference: 're_1' });

test('settlement file: a payment and a refund -> a header, a line each by id, a trailer with count and total', () => {
  expect(settlementFileKey(name)).toBe('settlements/2026-01-05/EUR/2.csv');
  expect(settlementFileText(name, [refund, entry('a')]).split('\r\n')).toEqual([
    'record,entry_id,merchant_id,kind,transaction_id,refund_id,business_date,amount,currency,acquirer_reference',
    'entry,shop/a,shop,payment,a,,2026-01-05,12.50,EUR,ch_a',
    'entry,shop/a~r1,shop,refund,a,r1,2026-01-05,-2.50,EUR,re_1',
    'trailer,2,,,,,2026-01-05,10.00,EUR,',
    '',
  ]);
});

test('settlement file: the same entries in another order -> the same text', () => {
  const entries = ['c', 'a', 'b'].map((id) => entry(id));
  expect(settlementFileText(name, entries)).toBe(settlementFileText(name, entries.toReversed()));
});

test('settlement file: read back -> its lines and its total, whatever the acquirer\'s reference holds', () => {
  const awkward = entry('q', { acquirerReference: 'a,"b"\r\ntrailer,9\n', amountMinor: 9_007_199_254_740_993n });
  expect(parseSettlementFile(settlementFileText(name, [awkward, entry('a'), refund]), 'EUR')).toEqual({
    count: 3, totalMinor: 9_007_199_254_741_993n,
    lines: [{ entryId: 'shop/a', amountMinor: 1250n }, { entryId: 'shop/a~r1', amountMinor: -250n }, { entryId: 'shop/q', amountMinor: 9_007_199_254_740_993n }],
  });
});

test('settlement file: yen and dinars -> the decimals of the currency', () => {
  expect(settlementFileText({ ...name, currency: 'JPY' }, [entry('a', { currency: 'JPY', amountMinor: 5n })])).toContain(',5,JPY,ch_a');
  expect(settlementFileText({ ...name, currency: 'KWD' }, [entry('a', { currency: 'KWD', amountMinor: -5n })])).toContain(',-0.005,KWD,ch_a');
});

const whole = settlementFileText(name, [entry('a'), entry('b')]);
test.each([
  ['nothing', ''],
  ['cut short', whole.slice(0, -10)],
  ['without its trailer', whole.slice(0, whole.indexOf('trailer'))],
  ['with another count', whole.replace('trailer,2', 'trailer,3')],
  ['with another total', whole.replace('25.00', '25.01')],
  ['with a line changed', whole.replace('12.50', '12.51')],
  ['with a line twice', whole.replace('shop/b', 'shop/a')],
  ['with more decimals than the currency has', whole.replace('12.50', '12.505')],
  ['of another currency', whole.replaceAll('EUR', 'USD')],
  ['a page of HTML', '<html>no</html>\r\n'],
])('settlement file: %s -> not read', (_what, text) => {
  expect(parseSettlementFile(text, 'EUR')).toBeUndefined();
});

test.each(['settlements/2026-01-05/EUR/0.csv', 'settlements/2026-01-05/EUR/01.csv', 'settlements/2026-1-5/EUR/1.csv', 'settlements/2026-01-05/eur/1.csv', 'x/settlements/2026-01-05/EUR/1.csv', 'settlements/2026-01-05/EUR/1.csv.bak',
  'settlements/2026-02-30/EUR/1.csv', 'settlements/2025-02-29/EUR/1.csv', 'settlements/2026-13-01/EUR/1.csv', 'settlements/2026-04-00/EUR/1.csv', 'settlements/0000-01-01/EUR/1.csv'])(
  'settlement file: the key %s -> names none', (key) => expect(settlementFileOf(key)).toBeUndefined(),
);

test.each([true, false])('settlement file: its key -> its name again, live: %s', (live) => expect(settlementFileOf(settlementFileKey({ ...name, live }))).toEqual({ ...name, live }));

test('receipt: a payment -> its object, without how it was paid or what the acquirer calls it', () => {
  expect(receiptKey(entry('a'))).toBe('receipts/2026-01-05/shop/a.json');
  expect(receiptText(entry('a'))).toBe(
    '{"receipt":"payment","live":true,"merchant_id":"shop","transaction_id":"a","customer_id":"c-1","amount":"12.50","currency":"EUR","business_date":"2026-01-05","decided_at":"2026-01-05T12:00:00.123Z"}\n',
  );
});

test('receipt: a refund -> an object of its own, with the amount given back', () => {
  expect(receiptKey(refund)).toBe('receipts/2026-01-05/shop/a~r1.json');
  expect(JSON.parse(receiptText(refund))).toMatchObject({ receipt: 'refund', refund_id: 'r1', amount: '2.50' });
});

test('entries: a payment named like a refund of another -> two ids', () => {
  expect(entryId(entry('a.r1'))).not.toBe(entryId(refund));
});
