import { describe, expect, it } from 'vitest';
import { sha256Hex, systemClock, systemRandom } from './index.ts';

describe('system', () => {
  it('clock: asked -> the machine\'s time in milliseconds', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('clock: a sleep -> lasts about as long as asked', async () => {
    const before = performance.now();
    await systemClock.sleep(20);
    expect(performance.now() - before).toBeGreaterThanOrEqual(18);
  });

  it('random: many integers below three -> exactly 0, 1 and 2', () => {
    const seen = new Set(Array.from({ length: 200 }, () => systemRandom.integer(3)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  it('random: two ids -> 32 hexadecimal digits each, and different', () => {
    const first = systemRandom.id();
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(systemRandom.id()).not.toBe(first);
  });

  it('digest: texts with known digests -> those, over UTF-8', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
  });
});
