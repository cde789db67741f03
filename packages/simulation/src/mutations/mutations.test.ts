// The simulator sees what it is for: each rule of the protocol left out on purpose is found by its own sign.
import { expect, test } from 'vitest';
import { hunt, mutations } from './index.ts';

/** Lives with a bug in them may not come to rest, and then take ten times as long. */
const HUNT_MAX_MS = 120_000;

test('mutations: there are enough of them, each with a name of its own', () => {
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
  expect(mutations.length).toBeGreaterThanOrEqual(20);
});

test.each(mutations)('mutations: planted, $name -> found', async (mutation) => {
  expect(await hunt(mutation)).toBeDefined();
}, HUNT_MAX_MS);
