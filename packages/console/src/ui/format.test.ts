import { expect, test } from 'vitest';
import { count, plural, span } from './format.ts';

test.each([[-5, '0 ms'], [240.4, '240 ms'], [999, '999 ms'], [3_440, '3.4 s'], [59_900, '59.9 s'], [125_000, '2 min 05 s']])('format: a span of %d ms -> %s', (ms, text) => {
  expect(span(ms)).toBe(text);
});

test.each([[7, '7'], [1_000, '1 000'], [1_234_567, '1 234 567']])('format: the count %d -> %s', (value, text) => {
  expect(count(value)).toBe(text);
});

test('format: one and many -> the noun follows', () => {
  expect([plural(1, 'payment'), plural(2, 'payment'), plural(0, 'entry', 'entries')]).toEqual(['1 payment', '2 payments', '0 entries']);
});
