import { expect, test } from 'vitest';
import { epochMs } from '../time.ts';
import { defaultRetryDelaysMs, nextTryAt } from './retry.ts';

const now = epochMs(1_000_000);
const atMost = (below: number): number => below - 1;

test('retry: after each failure -> its own pause, a fifth more at most', () => {
  const delaysMs = [1000, 60_000];
  expect(nextTryAt(1, { now, delaysMs, random: { integer: () => 0 } })).toBe(now + 1000);
  expect(nextTryAt(1, { now, delaysMs, random: { integer: atMost } })).toBe(now + 1200);
  expect(nextTryAt(2, { now, delaysMs, random: { integer: () => 0 } })).toBe(now + 60_000);
});

test('retry: after the last pause -> given up', () => {
  expect(nextTryAt(3, { now, delaysMs: [1000, 60_000], random: { integer: atMost } })).toBeUndefined();
  expect(nextTryAt(1, { now, delaysMs: [], random: { integer: atMost } })).toBeUndefined();
});

test('retry: the standing pauses -> longer each time, about three days in all', () => {
  expect(defaultRetryDelaysMs.toSorted((a, b) => a - b)).toEqual(defaultRetryDelaysMs);
  const days = defaultRetryDelaysMs.reduce((sum, delayMs) => sum + delayMs, 0) / 86_400_000;
  expect(days).toBeGreaterThan(3);
  expect(days).toBeLessThan(3.5);
});
