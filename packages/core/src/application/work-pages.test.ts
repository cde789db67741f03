// The age of the oldest waiting payment over an index that lags: known soon, or said to be not known.
import { expect, test } from 'vitest';
import { oldestUnpostedAgeMs } from './work-pages.ts';
import { settlePayments } from './settle-payments.ts';
import { accepted, createWorld, east, keyOf, portsOf } from './world.test-support.ts';

test('oldest unposted: an index full of what was posted long ago, over a table that answers slowly -> given up in time for a detector to act', async () => {
  const world = await createWorld({ seed: 1 });
  const ids = Array.from({ length: 100 }, (_, i) => `p${i}`);
  for (const id of ids) await accepted(world, id);
  world.backstage.regions[east].workIndex.stall();
  const ports = portsOf(world, east);
  await settlePayments(ports, ids.map(keyOf));
  const journal: typeof ports.journal = Object.create(ports.journal, {
    read: {
      value: async (key: Parameters<typeof ports.journal.read>[0]) => {
        world.clock.advance(900);
        return ports.journal.read(key);
      },
    },
  }) as typeof ports.journal;
  const before = world.clock.now();
  expect(await oldestUnpostedAgeMs({ workIndex: ports.workIndex, journal, clock: world.clock }, await world.epochs.read())).toBeUndefined();
  expect(world.clock.now() - before).toBeLessThan(7000);
});
