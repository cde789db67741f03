import { expect, test } from 'vitest';
import { createImageQueue } from './image-queue.ts';

const image = (key: string, value: number) => ({ tableName: 't', key, item: { value } });

test('image queue: two images of one item -> never in one slice, and in their order', () => {
  const queue = createImageQueue();
  queue.push(image('a', 1), 0);
  queue.push(image('b', 2), 0);
  queue.push(image('a', 3), 0);
  expect(queue.takeSlice(0)).toEqual([image('a', 1), image('b', 2)]);
  expect(queue.takeSlice(0)).toEqual([image('a', 3)]);
  expect(queue.takeSlice(0)).toEqual([]);
});

test('image queue: an image committed later than asked -> it and all after it wait', () => {
  const queue = createImageQueue();
  queue.push(image('a', 1), 10);
  queue.push(image('b', 2), 20);
  expect(queue.takeSlice(15)).toEqual([image('a', 1)]);
  expect(queue.oldestCommittedAtMs()).toBe(20);
  expect(queue.takeSlice(20)).toEqual([image('b', 2)]);
  expect(queue.oldestCommittedAtMs()).toBeUndefined();
});

test('image queue: pushNewest while an older image waits -> replaces the youngest, never one that was taken', () => {
  const queue = createImageQueue();
  queue.push(image('a', 1), 0);
  queue.push(image('a', 2), 0);
  queue.pushNewest(image('a', 3), 0);
  expect(queue.takeSlice(0)).toEqual([image('a', 1)]);
  expect(queue.takeSlice(0)).toEqual([image('a', 3)]);
  queue.pushNewest(image('a', 4), 0);
  expect(queue.takeSlice(0)).toEqual([image('a', 4)]);
});

test('image queue: more images than it keeps before compacting -> all come out in order', () => {
  const queue = createImageQueue();
  for (let n = 0; n < 10_000; n += 1) queue.push(image(String(n), n), n);
  const out: unknown[] = [];
  for (let slice = queue.takeSlice(1e9); slice.length > 0; slice = queue.takeSlice(1e9)) out.push(...slice.map(({ key }) => Number(key)));
  expect(out).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
});
