import { expect, test } from 'vitest';
import { defaultRtoConfiguration, simulateRto } from './rto.ts';

test('rto: the same seed -> the same figures, in order', () => {
  const rto = simulateRto(defaultRtoConfiguration);
  expect(simulateRto(defaultRtoConfiguration)).toEqual(rto);
  for (const { medianS, p95S, p99S } of Object.values(rto)) expect([medianS, p95S, p99S]).toEqual([medianS, p95S, p99S].toSorted((a, b) => a - b));
});

test('rto: fast checks and a short TTL -> what their sum can be, no more', () => {
  const { acceptance } = simulateRto(defaultRtoConfiguration);
  // 20 to 30 s of checks, at most 6 s of time-out, 5 to 10 s of propagation, at most 10 s of TTL.
  expect(acceptance.medianS).toBeGreaterThan(25);
  expect(acceptance.p99S).toBeLessThanOrEqual(56);
});

test('rto: a slower check, a longer TTL, a longer dwell or a person who approves -> each is felt, and only where it acts', () => {
  const plain = simulateRto(defaultRtoConfiguration);
  expect(simulateRto({ ...defaultRtoConfiguration, healthIntervalS: 30 }).acceptance.medianS).toBeGreaterThan(plain.acceptance.medianS + 40);
  expect(simulateRto({ ...defaultRtoConfiguration, dnsTtlS: 60 }).acceptance.p95S).toBeGreaterThan(plain.acceptance.p95S + 30);
  const dwelt = simulateRto({ ...defaultRtoConfiguration, dwellS: 120 });
  expect(dwelt.settlement.medianS).toBe(plain.settlement.medianS + 60);
  expect(dwelt.acceptance).toEqual(plain.acceptance);
  expect(simulateRto({ ...defaultRtoConfiguration, approvalS: { minS: 300, maxS: 900 } }).settlement.medianS).toBeGreaterThan(plain.settlement.medianS + 500);
});
