import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const make = () => {
  let nowMs = 0;
  return { bucket: new TokenBucket({ perSecond: 10, burst: 3 }, () => nowMs), pass: (durationMs: number) => { nowMs += durationMs; } };
};
const takeMany = (bucket: TokenBucket, count: number) => Array.from({ length: count }, () => bucket.take()).filter(Boolean).length;

test('token bucket: a burst -> as many as the bucket holds', () => {
  expect(takeMany(make().bucket, 10)).toBe(3);
});

test('token bucket: emptied, then time passes -> refilled at the rate, never beyond the burst', () => {
  const { bucket, pass } = make();
  takeMany(bucket, 3);
  pass(100);
  expect(takeMany(bucket, 5)).toBe(1);
  pass(60_000);
  expect(takeMany(bucket, 10)).toBe(3);
});
