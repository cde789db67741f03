import { expect, test } from 'vitest';
import { isExtra, pauseBefore } from './patience.ts';
import type { RequestFacts, TurnFacts } from './patience.ts';

const facts: TurnFacts = { now: 0, deadline: 30_000, turnsBefore: 0, retryAfterMs: 0, random: 0.5 };

test.each<[string, Partial<TurnFacts>, number | undefined]>([
  ['the first', {}, 0],
  ['the first, with the greatest chance', { random: 0.999 }, 0],
  ['the second', { turnsBefore: 1 }, 25],
  ['the fifth', { turnsBefore: 5 }, 400],
  ['one far on', { turnsBefore: 49 }, 1_000],
  ['one after it was told when', { turnsBefore: 1, retryAfterMs: 2_000 }, 2_025],
  ['the first, at the deadline', { now: 30_000 }, undefined],
  ['one that would begin at the deadline', { turnsBefore: 1, now: 29_975 }, undefined],
  ['one that was told a time after the deadline', { turnsBefore: 1, retryAfterMs: 30_000 }, undefined],
  ['more than anybody needs', { turnsBefore: 50 }, undefined],
])('patience: %s -> its pause', (_which, given, pauseMs) => {
  expect(pauseBefore({ ...facts, ...given })).toBe(pauseMs);
});

test.each<[string, RequestFacts, boolean]>([
  ['the first request of a call', { requestsBefore: 0, requestsHere: 0, failed: false, rests: false }, false],
  ['the first of a call, to a region that rests: a probe', { requestsBefore: 0, requestsHere: 0, failed: false, rests: true }, false],
  ['elsewhere after a failure', { requestsBefore: 1, requestsHere: 0, failed: true, rests: false }, false],
  ['elsewhere after a failure, but that one rests', { requestsBefore: 1, requestsHere: 0, failed: true, rests: true }, true],
  ['elsewhere after a silence: a hedge', { requestsBefore: 1, requestsHere: 0, failed: false, rests: false }, true],
  ['here again', { requestsBefore: 2, requestsHere: 1, failed: true, rests: false }, true],
])('patience: %s -> free, or from the budget', (_which, given, extra) => {
  expect(isExtra(given)).toBe(extra);
});
