/**
 * The order of the test files: those that take long, short as they are, before all others. A fresh clone has no record of
 * how long each took; vitest then goes by their size, and would end with one core idle.
 * Invariant: only the order changes, and only within what runs together.
 */
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

const LONG = ['packages/simulation/src/mutations/mutations.test.ts', 'packages/simulation/src/life.test.ts', 'packages/twin/src/postgres/replication.test.ts'];

const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((path) => moduleId.endsWith(path));

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
