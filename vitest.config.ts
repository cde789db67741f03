import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongFirst } from './tools/long-first.ts';
import { keepTestsInMemory } from './tools/test-folder.ts';

keepTestsInMemory();

const onTwins = (...names: readonly string[]): string[] => names.map((name) => `packages/twin/src/e2e/${name}.e2e.test.ts`);

/** Whole twins a newcomer should see pass: a payment, its repeats, the served contract, a lost region and the way back. */
const first = onTwins('idempotency', 'moves', 'openapi');

/** These measure how soon answers come, or send what the machine can carry: each wants it for itself. */
const alone = onTwins('bad-input', 'client-library', 'keys');

/**
 * A process runs many files: starting one for each, and loading the same modules in it again, was an eighth of all work. So a
 * test leaves nothing behind in its process; what it replaced is put back for it.
 */
const shared = { isolate: false, setupFiles: ['tools/leave-nothing.ts'], restoreMocks: true, unstubEnvs: true, unstubGlobals: true } as const;

/** Three on two cores: a third of their time they wait, for a limit to pass or for a process. */
const units = { ...shared, testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: Math.ceil(availableParallelism() * 1.5), sequence: { groupOrder: 1 } } as const;

/** Each file boots a whole twin, after all unit tests. Most of its time a twin waits, so that two of them fit on two cores. */
const twins = { testTimeout: 120_000, hookTimeout: 60_000, maxWorkers: 2 } as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      { test: { name: 'unit', include: ['packages/**/*.test.ts', 'tools/**/*.test.ts'], exclude: ['**/node_modules/**', '**/*.e2e.test.ts'], ...units } },
      { test: { name: 'first', include: first, ...twins, sequence: { groupOrder: 2 } } },
      { test: { name: 'e2e', include: ['packages/**/*.e2e.test.ts'], exclude: ['**/node_modules/**', ...first, ...alone], ...twins, sequence: { groupOrder: 3 } } },
      { test: { name: 'e2e-alone', include: alone, ...twins, fileParallelism: false, sequence: { groupOrder: 4 } } },
    ],
  },
});
