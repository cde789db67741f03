// What a merchant may send. Every fault is named at once, and no fault ever repeats a value.
import { expect, test } from 'vitest';
import { diceOf } from '../random.test-support.ts';
import { defaultPaymentPolicy } from './policy.ts';
import { parsePaymentRequest } from './payment-request.ts';
import type { RequestFault, RequestRules } from './payment-request.ts';

const rules: RequestRules = { policy: defaultPaymentPolicy, paymentMethodRequired: true };
const good = { transaction_id: 'order-7', customer_id: 'customer-1', amount: '10.00', currency: 'USD', payment_method: 'pm_visa' };

const faultsOf = (body: unknown, under = rules): readonly RequestFault[] => {
  const parsed = parsePaymentRequest(body, under);
  return parsed.ok ? [] : parsed.faults;
};
const fieldsOf = (body: unknown): readonly (string | undefined)[] => faultsOf(body).map((fault) => fault.field);

test('request: all in order -> the request, exact', () => {
  expect(parsePaymentRequest(good, rules)).toEqual({
    ok: true,
    value: { transactionId: 'order-7', customerId: 'customer-1', amount: { minor: 1000n, currency: 'USD' }, paymentMethod: 'pm_visa' },
  });
});

test.each([null, undefined, 'text', 7, true, [], [good]])('request: body %j -> no JSON object', (body) => {
  expect(faultsOf(body)).toEqual([{ message: 'the body must be a JSON object' }]);
});

const badIds = [undefined, null, 7, {}, [], true, '', 'x'.repeat(129), '../', '../../etc/passwd', 'a/b', 'a b', 'a#b', 'a\n', 'ä', 'a\u0000', '.', '..', '4111111111111111', '4111-1111-1111-1111', '3782.822463.10005', '5555 5555 5555 4444'];
test.each(['transaction_id', 'customer_id'].flatMap((field) => badIds.map((id) => [field, id] as const)))('request: %s %j -> one fault, of that field', (field, id) => {
  expect(fieldsOf({ ...good, [field]: id })).toEqual([field]);
});

test.each(['x'.repeat(128), '1767614400000', 'A.b_c:d-9', '...', '.a', 'order-4111111111111111', '1234567890123456'])('request: id %s -> is one', (id) => {
  expect(faultsOf({ ...good, transaction_id: id, customer_id: id })).toEqual([]);
});

const badAmounts = [
  undefined, null, 10, 10.5, Number.NaN, Infinity, {}, [], '', '1e400', '1e2', 'NaN', 'Infinity', '12.345', '0', '0.00', '-0', '-1', '-0.01', '+1', '1,00', '.5', '5.', '0x10', '100000.01', '100001', '9'.repeat(40), '1'.repeat(10_000), '４',
];
test.each(badAmounts.map((amount) => [amount]))('request: amount %j -> one fault, of that field', (amount) => {
  expect(fieldsOf({ ...good, amount })).toEqual(['amount']);
});

test.each([['0.01', 1n], ['100000', 10_000_000n], ['100000.00', 10_000_000n], ['1.10', 110n]])('request: amount %s -> %s minor units', (amount, minor) => {
  const parsed = parsePaymentRequest({ ...good, amount }, rules);
  expect(parsed.ok && parsed.value.amount.minor).toBe(minor);
});

test.each([undefined, null, 840, 'usd', 'USDX', 'CHF', '__proto__', ''])('request: currency %j -> one fault, of that field', (currency) => {
  expect(fieldsOf({ ...good, currency })).toEqual(['currency']);
});

test.each([undefined, null, 7, '', 'x'.repeat(65), 'a b', '4111111111111111', 'pm_4111-1111-1111-1111', 'pm_1_378282246310005'])('request: payment method %j -> one fault, of that field', (method) => {
  expect(fieldsOf({ ...good, payment_method: method })).toEqual(['payment_method']);
});

test('request: payment method left out where it may be -> none', () => {
  const { payment_method: _left, ...rest } = good;
  const parsed = parsePaymentRequest(rest, { ...rules, paymentMethodRequired: false });
  expect(parsed.ok && 'paymentMethod' in parsed.value).toBe(false);
  expect(parsed.ok).toBe(true);
});

test.each(['card_number', 'Amount', '__proto__', 'constructor', '4111111111111111', 'x y', 'p4111111111111111', '', 'x'.repeat(10_000)])('request: unknown field %j -> refused', (name) => {
  const body = JSON.parse(`{"transaction_id":"a","customer_id":"b","amount":"1","currency":"USD","payment_method":"c",${JSON.stringify(name)}:1}`) as unknown;
  expect(faultsOf(body)).toHaveLength(1);
});

test('request: everything wrong at once -> every fault at once', () => {
  expect(new Set(fieldsOf({ transaction_id: '../', amount: '12.345', currency: 'usd', payment_method: '', more: 1 }))).toEqual(
    new Set(['transaction_id', 'customer_id', 'amount', 'currency', 'payment_method', 'more']),
  );
});

test('request: a thousand unknown fields -> a bounded answer', () => {
  const body = { ...good, ...Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, 1])) };
  expect(faultsOf(body)).toHaveLength(20);
});

test('request: wrong values of any kind -> never repeated in the answer', () => {
  const dice = diceOf(3);
  const secrets = ['4111111111111111', 'SECRETvalue!', '../SECRET', '378282246310005', 'SECRET\n', '99SECRET'];
  for (let i = 0; i < 500; i += 1) {
    const body: Record<string, unknown> = { ...good };
    for (const field of ['transaction_id', 'customer_id', 'amount', 'currency', 'payment_method', 'session_id']) {
      if (dice.chance(0.5)) body[field] = dice.chance(0.2) ? [dice.pick(secrets)] : dice.pick(secrets);
    }
    const name = dice.pick(['4111111111111111', 'x4111111111111111', 'has SECRET inside']);
    body[name] = dice.pick(secrets);
    const text = JSON.stringify(faultsOf(body));
    expect(text).not.toMatch(/SECRET|4111111111111111|378282246310005/);
  }
});

test('request: money that one policy limits -> the limit holds in minor units of every currency', () => {
  const under: RequestRules = { ...rules, policy: { ...defaultPaymentPolicy, currencies: ['JPY', 'KWD', 'USD'], amountMaxMajor: 10n } };
  for (const [currency, most, over] of [['JPY', '10', '11'], ['KWD', '10.000', '10.001'], ['USD', '10.00', '10.01']] as const) {
    expect(faultsOf({ ...good, currency, amount: most }, under)).toEqual([]);
    expect(faultsOf({ ...good, currency, amount: over }, under)).toHaveLength(1);
  }
});
