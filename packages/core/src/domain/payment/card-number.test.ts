// What is a card number and what only looks like one. The numbers are the schemes' published test numbers.
import { describe, expect, test } from 'vitest';
import { containsCardNumber, isCardNumber } from './card-number.ts';

const cards = [
  ['Visa', '4111111111111111'], ['Visa of 13 digits', '4222222222222'], ['Visa of 19 digits', '4000000000000000006'], ['Mastercard', '5555555555554444'],
  ['Mastercard of the 2-series', '2223003122003222'], ['American Express', '378282246310005'], ['Discover', '6011111111111117'],
  ['Diners Club', '30569309025904'], ['JCB', '3530111333300000'], ['UnionPay', '6200000000000005'], ['UnionPay of 19 digits', '6205500000000000004'], ['Maestro', '6759649826438453'],
] as const;

const grouped = (digits: string, by: string): string => digits.match(/\d{1,4}/g)?.join(by) ?? '';

describe.each(cards)('card number: %s', (_brand, digits) => {
  test('plain -> recognised, as a whole and anywhere', () => {
    expect(isCardNumber(digits)).toBe(true);
    expect(containsCardNumber(digits)).toBe(true);
    expect(containsCardNumber(`pm_${digits}`)).toBe(true);
    expect(containsCardNumber(`card ${digits}, please`)).toBe(true);
  });

  test.each([' ', '-', '.', '_', ':'])('in groups joined by %j -> recognised', (by) => {
    expect(isCardNumber(grouped(digits, by))).toBe(true);
    expect(containsCardNumber(`x${grouped(digits, by)}y`)).toBe(true);
  });

  test.each(['1', '12', '2026', '1767614400000'])('after the number %s and a separator -> still recognised', (before) => {
    expect(containsCardNumber(`pm_${before}_${digits}`)).toBe(true);
    expect(containsCardNumber(`${before} ${grouped(digits, ' ')}`)).toBe(true);
    expect(containsCardNumber(`${digits}-${before}`)).toBe(true);
  });

  test('with its last digit changed -> no card number', () => {
    const wrong = `${digits.slice(0, -1)}${(Number(digits.at(-1)) + 1) % 10}`;
    expect(isCardNumber(wrong)).toBe(false);
    expect(containsCardNumber(wrong)).toBe(false);
  });

  test('with a letter before it, as an id -> an id: only the whole field counts', () => {
    expect(isCardNumber(`order-${digits}`)).toBe(false);
  });
});

test.each([
  ['a millisecond timestamp', '1767614400000'], ['a microsecond timestamp', '1767614400000000'], ['an order number', '1234567890123456'],
  ['zeros', '0000000000000000'], ['a short number', '42'], ['twenty digits', '41111111111111111111'], ['nothing', ''], ['a uuid', '9f1c1e6e-5b6c-4c1e-9d5a-4a1f0c2b3d4e'],
])('card number: %s -> none', (_what, text) => {
  expect(isCardNumber(text)).toBe(false);
  expect(containsCardNumber(text)).toBe(false);
});

test('card number: every millisecond timestamp of ten years, sampled -> none', () => {
  for (let at = 1_700_000_000_000; at < 2_000_000_000_000; at += 7_919_000_123) {
    expect(isCardNumber(String(at))).toBe(false);
    expect(containsCardNumber(`order-${at}`)).toBe(false);
  }
});

test('card number: a hostile text of 16 KiB -> answered at once', () => {
  const startedAt = performance.now();
  expect(containsCardNumber('1-'.repeat(8192))).toBe(false);
  expect(containsCardNumber('1'.repeat(16_384))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(500);
});
