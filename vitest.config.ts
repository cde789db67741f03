import { defineConfig } from 'vitest/config';
import { keepTestsInMemory } from './tools/test-folder.ts';

keepTestsInMemory();

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
      {
        // Each file boots a whole twin, which wants the machine for itself: one after the other, and after all others.
        test: {
          name: 'e2e',
          include: ['packages/**/*.e2e.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
