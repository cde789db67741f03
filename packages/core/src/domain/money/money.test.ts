// Exactness of money: what is read is what was written, in every currency, and what cannot be exact is refused.
import { describe, expect, test } from 'vitest';
import { diceOf } from '../random.test-support.ts';
import { decimalsOf, formatAmount, minorUnits, parseAmount } from './money.ts';
import type { Money } from './money.ts';

/** ISO 4217, written out again on purpose: a changed table must disagree with something. */
const iso4217 = { AUD: 2, BHD: 3, CAD: 2, CHF: 2, DKK: 2, EUR: 2, GBP: 2, JPY: 0, KWD: 3, NOK: 2, NZD: 2, PLN: 2, SEK: 2, SGD: 2, USD: 2 };

const amountOf = (text: string, currency: string): Money => {
  const amount = parseAmount(text, currency);
  if (typeof amount === 'string') throw new Error(`${text} ${currency}: ${amount}`);
  return amount;
};

test.each(Object.entries(iso4217))('money: %s -> has %i decimals', (currency, decimals) => {
  expect(decimalsOf(currency)).toBe(decimals);
});

test.each(['XXX', 'usd', '', 'constructor', '__proto__', 'toString'])('money: %j -> is no currency', (currency) => {
  expect(decimalsOf(currency)).toBeUndefined();
});

test.each([
  ['0', 'USD', 0n], ['10', 'USD', 1000n], ['10.5', 'USD', 1050n], ['10.00', 'USD', 1000n], ['0.01', 'USD', 1n], ['0.29', 'EUR', 29n],
  ['1.10', 'USD', 110n], ['4.35', 'USD', 435n], ['8.20', 'GBP', 820n], ['007', 'USD', 700n], ['10.000000', 'USD', 1000n],
  ['10', 'JPY', 10n], ['10.0', 'JPY', 10n], ['1.234', 'KWD', 1234n], ['1.2', 'BHD', 1200n],
  ['999999999999999.99', 'USD', 99_999_999_999_999_999n], ['90071992547409.93', 'EUR', 9_007_199_254_740_993n],
] as const)('money: %s %s -> exactly %s minor units', (text, currency, minor) => {
  expect(amountOf(text, currency)).toEqual({ minor, currency });
});

test.each([
  ['12.345', 'USD'], ['0.001', 'EUR'], ['1.5', 'JPY'], ['1.2345', 'KWD'], ['0.1000000000000000055511151231257', 'USD'],
])('money: %s %s -> not exact, so refused', (text, currency) => {
  expect(parseAmount(text, currency)).toMatch(/too_many_decimals|not_a_decimal/);
});

test.each(['', ' ', '1e2', '1E2', '1e400', 'NaN', 'Infinity', '-1', '+1', '.5', '1.', '1,5', '1 000', '0x10', '１２', '1\n', '9'.repeat(16), `1.${'0'.repeat(31)}`])(
  'money: %j -> not a decimal',
  (text) => {
    expect(parseAmount(text, 'USD')).toBe('not_a_decimal');
  },
);

test('money: reading in an unknown currency -> a broken assertion, not a guess', () => {
  expect(() => parseAmount('1', 'XXX')).toThrow('the currency was checked');
});

test('money: a negative amount -> cannot be made', () => {
  expect(() => minorUnits(-1n)).toThrow('never negative');
});

describe.each(Object.entries(iso4217))('money: %s', (currency, decimals) => {
  test('any amount -> written and read again is the same', () => {
    const dice = diceOf(7);
    for (let i = 0; i < 300; i += 1) {
      const minor = minorUnits(BigInt(dice.integer(2 ** 31)) * 10n ** BigInt(dice.integer(6)) + BigInt(dice.integer(1000)));
      const text = formatAmount({ minor, currency });
      expect(text).toMatch(decimals === 0 ? /^\d+$/ : new RegExp(`^\\d+\\.\\d{${decimals}}$`));
      expect(amountOf(text, currency).minor).toBe(minor);
      expect(BigInt(text.replace('.', ''))).toBe(minor);
    }
  });
});
