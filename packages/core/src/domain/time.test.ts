// The calendar of core against the platform's own.
import { expect, test } from 'vitest';
import { diceOf } from './random.test-support.ts';
import { businessDateOf, epochMs, isBusinessDate } from './time.ts';

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

test('time: every text like a date around leap years -> a day exactly where the platform has one', () => {
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const isOne = (text: string): boolean => !Number.isNaN(Date.parse(text)) && platformDate(Date.parse(text)) === text;
  const wrong: string[] = [];
  for (const year of [1900, 1999, 2000, 2024, 2026, 2100, 9999]) {
    for (let month = 0; month <= 13; month += 1) {
      for (let day = 0; day <= 32; day += 1) {
        const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
        if (isBusinessDate(text) !== isOne(text)) wrong.push(text);
      }
    }
  }
  expect(wrong).toEqual([]);
  for (const text of ['', '2026-1-05', '2026-01-05T00:00:00Z', '0000-01-01', ' 2026-01-05']) expect(isBusinessDate(text)).toBe(false);
});
