import { expect, test } from 'vitest';
import { defaultPaymentPolicy } from '../payment/policy.ts';
import { parseSessionRequest } from './session-request.ts';

const good = { customer_id: 'c-1', amount: '10.00', currency: 'USD' };
const parse = (body: unknown) => parseSessionRequest(body, defaultPaymentPolicy);
const fieldsOf = (body: unknown): readonly (string | undefined)[] => {
  const parsed = parse(body);
  return parsed.ok ? [] : parsed.faults.map((fault) => fault.field);
};

test('session request: the least, and the least and most seconds -> read', () => {
  expect(parse(good)).toEqual({ ok: true, value: { customerId: 'c-1', amount: { minor: 1000n, currency: 'USD' }, expiresInS: 1800 } });
  for (const expires_in_s of [10, 86_400]) expect(parse({ ...good, expires_in_s })).toMatchObject({ ok: true, value: { expiresInS: expires_in_s } });
});

test.each([9, 86_401, 60.5, '60', null, -60, Number.NaN])('session request: %s seconds -> refused by its field', (expires_in_s) => {
  expect(fieldsOf({ ...good, expires_in_s })).toEqual(['expires_in_s']);
});

test('session request: everything wrong at once -> each told, and no value repeated', () => {
  expect(fieldsOf({ customer_id: '4111111111111111', amount: '-1', currency: 'usd', expires_in_s: 0, payment_method: 'x' })).toEqual(['customer_id', 'amount', 'currency', 'expires_in_s', 'payment_method']);
  expect(JSON.stringify(parse({ ...good, customer_id: '4111111111111111' }))).not.toContain('4111');
  expect(fieldsOf(null)).toEqual([undefined]);
  expect(fieldsOf([good])).toEqual([undefined]);
  expect(fieldsOf(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, 1])))).toHaveLength(20);
});
