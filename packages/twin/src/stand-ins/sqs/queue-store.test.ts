import { expect, test } from 'vitest';
import { DueHeap } from './due-heap.ts';
import { QueueStore } from './queue-store.ts';

test('due heap: random sets, moves and deletes -> always the smallest key first, as a sorted list says', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const heap = new DueHeap<number>();
  const model = new Map<number, number>();
  for (let step = 0; step < 20_000; step += 1) {
    const item = random(200);
    if (random(3) === 0) {
      heap.delete(item);
      model.delete(item);
    } else {
      const key = random(1_000_000);
      heap.set(item, key);
      model.set(item, key);
    }
    expect(heap.size).toBe(model.size);
    expect(heap.peekKey()).toBe(Math.min(...model.values(), Infinity));
    if (model.size > 0) expect(model.get(heap.peek()!)).toBe(heap.peekKey());
  }
});

test('queue store: 100,000 messages queued -> sending, receiving and hiding all of them stays fast', () => {
  const store = new QueueStore({ region: 'us-east-1', accountId: '000000000000', clock: () => 1000 });
  const queue = store.declare('hints', {});
  const startedAtMs = performance.now();
  for (let index = 0; index < 100_000; index += 1) store.send(queue, { body: `m${index}`, attributes: {} });
  const seen = new Set<string>();
  for (;;) {
    const taken = store.take(queue, { countMax: 10, visibilityMs: 30_000 });
    if (taken.length === 0) break;
    for (const message of taken) seen.add(message.id);
  }
  expect(seen.size).toBe(100_000);
  expect(store.take(queue, { countMax: 10, visibilityMs: 30_000 })).toEqual([]);
  // One look through all messages per receive would be a thousand million steps: minutes, not seconds.
  expect(performance.now() - startedAtMs).toBeLessThan(15_000);
});
