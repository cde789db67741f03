// How rounds are made, kept and discarded, and how foreign load is told from our own.
import { expect, test } from 'vitest';
import { compare } from './compare.ts';
import { busyMs, foreignShare, readCpu, timesIn } from './cpu.ts';
import type { CpuReading } from './cpu.ts';
import { percentile, spreadOf } from './statistics.ts';

test('statistics: values in any order -> median, least and most; of an even number the mean of the two in the middle', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spreadOf([4, 1, 3, 2]).median).toBe(2.5);
  expect(spreadOf([]).median).toBeNaN();
  expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
});

const contender = (name: string, values: number[], log: string[]) => ({
  name,
  measure: async (): Promise<number> => {
    log.push(name);
    return values.shift() ?? 0;
  },
});

/** Two processors; the machine is this busy, in parts of 1, during one measurement after the other. */
function machine(foreign: readonly number[]): () => CpuReading {
  let [n, atMs, busy] = [0, 0, 0];
  return () => {
    const isAfter = n % 2 === 1;
    if (isAfter) {
      atMs += 1000;
      busy += (foreign[(n - 1) / 2] ?? 0) * 1000 * 64;
    }
    n += 1;
    return { atMs, busyMs: busy, ownMs: 0 };
  };
}

const quiet = { say: (): void => undefined, rounds: 2 };

test('compare: three rounds -> one after the other in turn, after a warm-up that does not count', async () => {
  const log: string[] = [];
  const found = await compare({ what: 'x', unit: 'ms', better: 'lower', ours: contender('a', [99, 1, 2, 3], log), baselines: [contender('b', [99, 2, 2, 4], log)] }, { ...quiet, rounds: 3, read: () => undefined });
  expect(log.join('')).toBe('abababab');
  expect(found.ours).toMatchObject({ values: [1, 2, 3], median: 2 });
  expect(found.baselines[0]?.ratio).toEqual({ median: 0.75, min: 0.5, max: 1 });
  expect(found).toMatchObject({ discarded: 0, noisy: 0 });
});

test('compare: others use the machine during a round -> discarded, counted and made again', async () => {
  const found = await compare({ what: 'x', unit: 'ms', better: 'lower', warmUp: false, ours: contender('a', [1, 50, 3], []), baselines: [] }, { ...quiet, read: machine([0, 1, 0]) });
  expect(found.ours.values).toEqual([1, 3]);
  expect(found).toMatchObject({ discarded: 1, noisy: 0 });
});

test('compare: the machine does not become quiet -> it ends all the same, and says which rounds were noisy', async () => {
  const found = await compare({ what: 'x', unit: 'ms', better: 'lower', warmUp: false, ours: contender('a', [1, 2, 3, 4], []), baselines: [] }, { ...quiet, read: machine([1, 1, 1, 1]) });
  expect(found).toMatchObject({ rounds: 2, discarded: 2, noisy: 2, ours: { values: [3, 4] } });
});

test('cpu: what others used between two readings -> the machine\'s busy time less our own, as a share of all processors', () => {
  const [before, after] = [{ atMs: 0, busyMs: 100, ownMs: 10 }, { atMs: 1000, busyMs: 1100, ownMs: 510 }];
  expect(foreignShare(before, after, 2)).toBeCloseTo(0.25);
  expect(foreignShare(before, { ...after, ownMs: 2000 }, 2)).toBe(0);
  expect(foreignShare(undefined, after, 2)).toBeUndefined();
});

test('cpu: lines of /proc -> busy without idle and waiting; a process whose name holds spaces and parentheses', () => {
  expect(busyMs('cpu  100 10 50 5000 300 1 2 7 0 0\ncpu0 1 1 1 1')).toBe(1700);
  expect(timesIn('42 (a (strange) name) S 7 42 42 0 -1 4194304 1 2 3 4 30 20 5 6 20 0')).toEqual({ parent: 7, ms: 610 });
});

test.runIf(process.platform === 'linux')('cpu: this process at work -> its own time is seen as ours', () => {
  const before = readCpu();
  const until = performance.now() + 120;
  while (performance.now() < until) Math.sqrt(until);
  const after = readCpu();
  expect((after?.ownMs ?? 0) - (before?.ownMs ?? 0)).toBeGreaterThan(20);
  expect((after?.busyMs ?? 0) - (before?.busyMs ?? 0)).toBeGreaterThan(20);
});
