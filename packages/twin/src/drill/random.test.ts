import { expect, test } from 'vitest';
import { faultsOf } from './random.ts';

test('random drill: the same seed -> the same faults; another -> others', () => {
  expect(faultsOf(7)).toEqual(faultsOf(7));
  expect(faultsOf(7)).not.toEqual(faultsOf(8));
});

test('random drill: any seed -> few faults, each of them bounded, and an index is never merely slow', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const faults = faultsOf(seed);
    expect(faults.length).toBeGreaterThanOrEqual(3);
    expect(faults.length).toBeLessThanOrEqual(5);
    for (const { service, fail, delayMs, forS } of faults) {
      expect(forS).toBeLessThanOrEqual(5);
      expect(fail).toBe(delayMs === 0);
      if (service === 'index') expect(fail).toBe(true);
    }
  }
});
