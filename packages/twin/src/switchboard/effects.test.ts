/** Faults add up in any order. */
import { expect, test } from 'vitest';
import { combine, noEffect } from './effects.ts';
import type { LinkEffect } from './effects.ts';

const cases: readonly [string, LinkEffect[], Partial<ReturnType<typeof combine>>][] = [
  ['none', [], {}],
  ['a cut', [{ kind: 'cut' }], { cut: true }],
  ['two delays', [{ kind: 'delay', delayMs: 30 }, { kind: 'delay', delayMs: 12 }], { delayMs: 42 }],
  ['dropped requests', [{ kind: 'drop', direction: 'requests' }], { dropForward: true }],
  ['dropped replies', [{ kind: 'drop', direction: 'replies' }], { dropBack: true }],
  ['both dropped', [{ kind: 'drop', direction: 'both' }], { dropForward: true, dropBack: true }],
  [
    'requests and replies dropped by two faults',
    [{ kind: 'drop', direction: 'requests' }, { kind: 'drop', direction: 'replies' }],
    { dropForward: true, dropBack: true },
  ],
  ['all at once', [{ kind: 'delay', delayMs: 5 }, { kind: 'cut' }, { kind: 'drop', direction: 'replies' }], { cut: true, delayMs: 5, dropBack: true }],
];

test.each(cases)('effects: %s -> their sum, in any order', (_name, effects, sum) => {
  expect(combine(effects)).toEqual({ ...noEffect, ...sum });
  expect(combine(effects.toReversed())).toEqual({ ...noEffect, ...sum });
});
