import { defineConfig } from 'vitest/config';
import { keepTestsInMemory } from './tools/test-folder.ts';

keepTestsInMemory();

const onTwins = (...names: readonly string[]): string[] => names.map((name) => `packages/twin/src/e2e/${name}.e2e.test.ts`);

/** Whole twins a newcomer should see pass: a payment, its repeats, the served contract, a lost region and the way back. */
const first = onTwins('idempotency', 'moves', 'openapi');

/** These measure how soon answers come, or send what the machine can carry: each wants it for itself, as the first do. */
const alone = onTwins('bad-input', 'client-library', 'keys');

/** Of these no test leaves anything behind in its process, and most of their time goes into loading the same modules. */
const pure = ['core', 'api', 'console', 'infra'].map((name) => `packages/${name}/**/*.test.ts`);

const elsewhere = ['**/node_modules/**', '**/*.e2e.test.ts'];

/** Not 0: with one worker that would mean last. */
const units = { testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: '100%', sequence: { groupOrder: 1 } } as const;

/** Each file boots a whole twin, after all unit tests. */
const twins = { testTimeout: 120_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['packages/**/*.test.ts', 'tools/**/*.test.ts'], exclude: [...elsewhere, ...pure], ...units } },
      { test: { name: 'unit-pure', include: pure, exclude: elsewhere, isolate: false, ...units } },
      { test: { name: 'first', include: first, ...twins, fileParallelism: false, sequence: { groupOrder: 2 } } },
      // Most of its time a twin waits, so that two of them fit on two cores.
      { test: { name: 'e2e', include: ['packages/**/*.e2e.test.ts'], exclude: ['**/node_modules/**', ...first, ...alone], ...twins, maxWorkers: 2, sequence: { groupOrder: 3 } } },
      { test: { name: 'e2e-alone', include: alone, ...twins, fileParallelism: false, sequence: { groupOrder: 4 } } },
    ],
  },
});
