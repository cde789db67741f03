// The calendar of core against the platform's own.
import { expect, test } from 'vitest';
import { diceOf } from './random.test-support.ts';
import { businessDateOf, epochMs } from './time.ts';

const platformDate = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const DAY_MS = 86_400_000;

test('time: every day from 1969 to 2170 -> the platform\'s date, at its first and last millisecond', () => {
  const wrong: number[] = [];
  for (let at = Date.UTC(1969, 0, 1); at < Date.UTC(2170, 0, 1); at += DAY_MS) {
    for (const ms of [at, at + DAY_MS - 1]) if (businessDateOf(epochMs(ms)) !== platformDate(ms)) wrong.push(ms);
  }
  expect(wrong).toEqual([]);
});

test('time: any millisecond of 200 years -> the platform\'s date', () => {
  const dice = diceOf(1);
  for (let i = 0; i < 20_000; i += 1) {
    const ms = Date.UTC(1970, 0, 1) + dice.integer(200 * 366) * DAY_MS + dice.integer(DAY_MS);
    if (businessDateOf(epochMs(ms)) !== platformDate(ms)) expect(businessDateOf(epochMs(ms))).toBe(platformDate(ms));
  }
});

test.each([
  ['2000-02-29T23:59:59.999Z', '2000-02-29'], ['2100-02-28T23:59:59.999Z', '2100-02-28'], ['2100-03-01T00:00:00Z', '2100-03-01'], ['1970-01-01T00:00:00Z', '1970-01-01'],
])('time: %s -> %s', (instant, date) => {
  expect(businessDateOf(epochMs(Date.parse(instant)))).toBe(date);
});
