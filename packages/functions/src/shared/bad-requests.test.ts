// Every bad request that the contract names, against both functions that accept: each gets its clear 4xx, and nothing
// of it is stored or logged.
import { expect, test } from 'vitest';
import { createAcceptHandler } from '../accept/handler.ts';
import { createProcessHandler } from '../process/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent, testKey } from './test-support/bench.ts';
import type { Asked } from './test-support/bench.ts';

const card = '4111111111111111';
const raw = (text: string): Asked => ({ rawBody: text });
const payment = (changes: Record<string, unknown>): Asked => ({ body: { ...goodPayment, ...changes } });
/** With the amount as a JSON number, written exactly so. */
const amount = (written: string): Asked => raw(`{"transaction_id":"t-1","customer_id":"c-1","amount":${written},"currency":"USD","payment_method":"tok_visa"}`);
const without = (name: keyof typeof goodPayment): Asked => ({ body: { ...goodPayment, [name]: undefined } });

interface Bad {
  readonly what: string;
  readonly asked: Asked;
  readonly status: number;
  readonly field?: string;
}

const invalid = (what: string, asked: Asked, field?: string): Bad => ({ what, asked, status: 400, ...(field === undefined ? {} : { field }) });

const bad: readonly Bad[] = [
  invalid('no body', raw('')),
  invalid('a null body', { rawBody: null }),
  invalid('broken JSON', raw('{"transaction_id":"t-1"')),
  invalid('two JSON values', raw('{} {}')),
  invalid('a list', raw('[]')),
  invalid('a string', raw('"x"')),
  invalid('null', raw('null')),
  invalid('bytes that are not UTF-8', { rawBody: Buffer.from([0x22, 0xff, 0x22]).toString('base64'), base64: true }),
  invalid('thousands of levels', raw(`${'['.repeat(8000)}${']'.repeat(8000)}`)),
  invalid('a field twice', raw('{"amount":1,"transaction_id":"t-1","customer_id":"c-1","amount":10,"currency":"USD","payment_method":"tok"}')),
  invalid('a field twice, written differently', raw('{"amount":1,"transaction_id":"t-1","customer_id":"c-1","\\u0061mount":10,"currency":"USD","payment_method":"tok"}')),
  invalid('__proto__', raw(JSON.stringify(goodPayment).replace('{', '{"__proto__":{"amount":"5"},')), '__proto__'),
  invalid('__proto__ instead of fields', raw('{"__proto__":{"transaction_id":"t-1","customer_id":"c-1","amount":"5","currency":"USD","payment_method":"tok"}}'), 'transaction_id'),
  invalid('no transaction_id', without('transaction_id'), 'transaction_id'),
  invalid('no customer_id', without('customer_id'), 'customer_id'),
  invalid('no amount', without('amount'), 'amount'),
  invalid('no currency', without('currency'), 'currency'),
  invalid('a number as id', payment({ transaction_id: 5 }), 'transaction_id'),
  invalid('a list as id', payment({ customer_id: ['c'] }), 'customer_id'),
  invalid('an object as amount', payment({ amount: { value: 1 } }), 'amount'),
  invalid('true as amount', payment({ amount: true }), 'amount'),
  invalid('a number as currency', payment({ currency: 840 }), 'currency'),
  invalid('a number as payment method', payment({ payment_method: 1 }), 'payment_method'),
  ...['0', '0.00', '-1', '-0', '100000.01', '1e400', '1e2', '1E2', '12.345', '10.000000000000000001', '10.004999999999999999', '100000000000000000000'].map((text) =>
    invalid(`the number ${text} as amount`, amount(text), 'amount')),
  ...['0', '-1', '100000.01', '1e2', 'NaN', 'Infinity', '12.345', '', ' 1', '1.', '.5', '+1', '0x10', '1,00', '１'].map((text) =>
    invalid(`the string "${text}" as amount`, payment({ amount: text }), 'amount')),
  invalid('NaN as amount', amount('NaN')),
  invalid('lower-case currency', payment({ currency: 'usd' }), 'currency'),
  invalid('an unknown currency', payment({ currency: 'XXX' }), 'currency'),
  invalid('constructor as currency', payment({ currency: 'constructor' }), 'currency'),
  invalid('an id of 129 characters', payment({ transaction_id: 't'.repeat(129) }), 'transaction_id'),
  invalid('an empty id', payment({ transaction_id: '' }), 'transaction_id'),
  invalid('an id with a space', payment({ transaction_id: 't 1' }), 'transaction_id'),
  invalid('an id with a path', payment({ transaction_id: '../t' }), 'transaction_id'),
  invalid('an id with a newline at its end', payment({ customer_id: 'c\n' }), 'customer_id'),
  invalid('an id with a separator of keys', payment({ customer_id: 'c#1' }), 'customer_id'),
  invalid('an unknown field', payment({ note: 'x' }), 'note'),
  invalid('a card number as transaction_id', payment({ transaction_id: card }), 'transaction_id'),
  invalid('a grouped card number as customer_id', payment({ customer_id: '4111-1111-1111-1111' }), 'customer_id'),
  invalid('a card number as amount', payment({ amount: card }), 'amount'),
  invalid('a card number as numeric amount', amount(card), 'amount'),
  invalid('a card number as currency', payment({ currency: card }), 'currency'),
  invalid('a card number as payment method', payment({ payment_method: card }), 'payment_method'),
  invalid('a card number within a payment method', payment({ payment_method: `card-${card}` }), 'payment_method'),
  invalid('a card number as session', payment({ session_id: card }), 'session_id'),
  invalid('a card number as the name of a field', payment({ [card]: 'x' })),
  invalid('a card number in an unknown field', payment({ pan: card }), 'pan'),
  { what: '17 KiB', asked: payment({ note: 'x'.repeat(17 * 1024) }), status: 413 },
  { what: '17 KiB of two-byte characters that are few', asked: raw('é'.repeat(8.5 * 1024)), status: 413 },
  { what: '17 KiB in base64', asked: { rawBody: Buffer.alloc(17 * 1024, 'x').toString('base64'), base64: true }, status: 413 },
];

const routes = ['POST /payments', 'POST /validate', 'POST /process'] as const;
const codes: Readonly<Record<number, string>> = { 400: 'invalid_request', 413: 'too_large' };

test.each(routes.flatMap((route) => bad.map((one) => ({ route, ...one }))))('$route: $what -> $status, nothing stored, nothing of it logged', async ({ route, asked, status, field }) => {
  const bench = await createBench();
  const handler = route === 'POST /process' ? createProcessHandler(bench.ports()) : createAcceptHandler(bench.ports());
  const result = await handler(httpEvent(route, asked));
  const body = bodyOf(result);
  expect(result.statusCode).toBe(status);
  expect(body).toMatchObject({ code: codes[status], error: expect.stringMatching(/\w+ \w+/) });
  expect(body['field']).toBe(field);
  expect(bench.world.backstage.journal.payments()).toEqual([]);
  expect(bench.world.backstage.queues.waiting('us-east-1')).toEqual([]);
  expect(bench.world.backstage.regions['us-east-1'].metrics.counts.get('ValidationError')).toBe(1);
  const told = bench.lines.join('\n') + result.body;
  for (const secret of [card, '4111-1111', testKey, 'us_test_', 'tok_visa', 'c-1']) expect(told).not.toContain(secret);
  expect(bench.flushed.count).toBe(1);
});

test('POST /payments: several faults -> all are named, the first as the error', async () => {
  const bench = await createBench();
  const body = bodyOf(await createAcceptHandler(bench.ports())(httpEvent('POST /payments', payment({ amount: 0, currency: 'usd', customer_id: 'x y' }))));
  expect((body['faults'] as { field: string }[]).map((fault) => fault.field)).toEqual(['customer_id', 'amount', 'currency']);
  expect(body['field']).toBe('customer_id');
});

test.each<[string, Asked]>([
  ['a millisecond timestamp as id, which is no card number', payment({ transaction_id: '1767614400123' })],
  ['the largest amount', amount('100000')],
  ['trailing zeros', amount('10.000000000000000000')],
  ['the smallest amount', amount('0.01')],
  ['an id of 128 characters', payment({ transaction_id: 't'.repeat(128) })],
  ['a body in base64', { rawBody: Buffer.from(JSON.stringify(goodPayment)).toString('base64'), base64: true }],
  ['a body of exactly 16 KiB', raw(JSON.stringify(goodPayment).padEnd(16 * 1024, ' '))],
  ['a value that looks like a repeated key', payment({ transaction_id: 'amount', customer_id: 'currency' })],
])('POST /payments: %s -> accepted', async (_what, asked) => {
  const bench = await createBench();
  expect((await createAcceptHandler(bench.ports())(httpEvent('POST /payments', asked))).statusCode).toBe(202);
  expect(bench.world.backstage.journal.payments()).toHaveLength(1);
});

test('POST /payments: an amount that no float holds -> stored exactly', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', amount('99999.99')));
  expect(bench.world.backstage.journal.payments()[0]?.acceptance?.amount).toEqual({ minor: 9_999_999n, currency: 'USD' });
});
