import { expect, test } from 'vitest';
import { createKeyLocks } from './key-locks.ts';

const conflict = { body: { __type: 'com.amazonaws.dynamodb.v20120810#ReplicatedWriteConflictException' } };

test('key locks: writes of one region on one key -> one after the other, in their order', async () => {
  const locks = createKeyLocks();
  const steps: string[] = [];
  const write = (name: string) =>
    locks.hold('east', ['k'], async () => {
      steps.push(`${name} starts`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
    });
  await Promise.all([write('a'), write('b'), write('c')]);
  expect(steps).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
});

test('key locks: another region writes the key -> conflict until its last write is done', async () => {
  const locks = createKeyLocks();
  const { promise: end, resolve: finish } = Promise.withResolvers<void>();
  const first = locks.hold('east', ['a', 'b'], () => end);
  const second = locks.hold('east', ['b'], () => Promise.resolve());
  await expect(locks.hold('west', ['c', 'b'], () => Promise.resolve())).rejects.toMatchObject(conflict);
  expect(await locks.hold('west', ['c'], () => Promise.resolve('free'))).toBe('free');
  finish();
  await Promise.all([first, second]);
  expect(await locks.hold('west', ['a', 'b', 'b'], () => Promise.resolve('free'))).toBe('free');
});

test('key locks: requests on the same keys in opposite order -> both are done', async () => {
  const locks = createKeyLocks();
  const work = () => new Promise(setImmediate);
  await Promise.all([locks.hold('east', ['a', 'b'], work), locks.hold('east', ['b', 'a'], work)]);
});

test('key locks: a write that fails -> the key is free', async () => {
  const locks = createKeyLocks();
  await expect(locks.hold('east', ['k'], () => Promise.reject(new Error('disk')))).rejects.toThrow('disk');
  expect(await locks.hold('west', ['k'], () => Promise.resolve('free'))).toBe('free');
});
