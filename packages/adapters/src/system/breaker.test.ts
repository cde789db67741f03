import { describe, expect, test } from 'vitest';
import { epochMs } from '@understudy/core';
import { Breaker } from './breaker.ts';

const make = () => {
  let now = 1_000_000;
  return { breaker: new Breaker({ now: () => epochMs(now) }, 5000), pass: (durationMs: number) => { now += durationMs; } };
};

describe('breaker', () => {
  test('breaker: nothing failed -> try, always', () => {
    const { breaker } = make();
    expect([breaker.mayTry(), breaker.mayTry()]).toEqual([true, true]);
  });

  test('breaker: a failure -> nobody tries until the rest is over, then one probe a rest', () => {
    const { breaker, pass } = make();
    breaker.failed();
    pass(4999);
    expect(breaker.mayTry()).toBe(false);
    pass(1);
    expect([breaker.mayTry(), breaker.mayTry(), breaker.mayTry()]).toEqual([true, false, false]);
    pass(5000);
    expect([breaker.mayTry(), breaker.mayTry()]).toEqual([true, false]);
  });

  test('breaker: the probe fails -> another whole rest; it succeeds -> everybody tries', () => {
    const { breaker, pass } = make();
    breaker.failed();
    pass(5000);
    expect(breaker.mayTry()).toBe(true);
    pass(1000);
    breaker.failed();
    pass(4999);
    expect(breaker.mayTry()).toBe(false);
    breaker.succeeded();
    expect([breaker.mayTry(), breaker.mayTry()]).toEqual([true, true]);
  });

  test('breaker: the clock is set back an hour -> one probe at once, not an hour of silence', () => {
    const { breaker, pass } = make();
    breaker.failed();
    pass(-3_600_000);
    expect([breaker.mayTry(), breaker.mayTry()]).toEqual([true, false]);
  });
});
