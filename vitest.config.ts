import { defineConfig } from 'vitest/config';
import { keepTestsInMemory } from './tools/test-folder.ts';

keepTestsInMemory();

/** Whole twins a newcomer should see pass: a payment, its repeats, the served contract, a lost region and the way back. */
const first = ['idempotency', 'moves', 'openapi'].map((name) => `packages/twin/src/e2e/${name}.e2e.test.ts`);

/** Each file boots a whole twin, which wants the machine for itself: one after the other, and after all unit tests. */
const twins = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 60_000, sequence: { groupOrder: 2 } } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.e2e.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: '100%',
          // Not 0: with one worker that would mean last.
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'first', include: first, ...twins } },
      { test: { name: 'e2e', include: ['packages/**/*.e2e.test.ts'], exclude: ['**/node_modules/**', ...first], ...twins } },
    ],
  },
});
