// Receipts over the world in memory: through losses, replication that lags, and deaths between any two writes.
import { expect, test } from 'vitest';
import { isPortFault } from '../ports/fault.ts';
import { keysIn, loseActiveRegion, postEntries, publishPorts, returnRegion, textIn } from './publish.test-support.ts';
import { publishReceipts } from './publish-receipts.ts';
import { createWorld, east, other, raiseEpoch } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const publish = (world: World, region = east) => publishReceipts(publishPorts(world, region));
const receipts = (world: World, region = east) => keysIn(world, region, 'receipts/').map((key) => key.split('/').at(-1));
const ids = (count: number) => Array.from({ length: count }, (_, n) => `p-${String(n).padStart(5, '0')}`);

test('receipts: processed payments -> an object each, in both buckets, by the active region alone', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a', 'b']);
  expect(await publish(world, other)).toEqual({ code: 'idle', written: 0, completed: 0 });
  expect(await publish(world)).toMatchObject({ code: 'walked', written: 2 });
  for (const region of [east, other] as const) expect(keysIn(world, region, 'receipts/')).toEqual(['receipts/2026-01-05/shop/a.json', 'receipts/2026-01-05/shop/b.json']);
  expect(await publish(world)).toEqual({ code: 'walked', written: 0, completed: 0 });
});

test('receipts: the region is lost before replication brought them -> the survivor writes the same bytes, of every day, once', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['old'], { day: 2 });
  await publish(world);
  world.backstage.regions[east].bucket.stallReplication();
  await postEntries(world, ['a', 'b']);
  await postEntries(world, ['older'], { day: 1 });
  await publish(world);
  const survivor = await loseActiveRegion(world);
  expect(receipts(world, survivor)).toEqual(['old.json']);
  await postEntries(world, ['new']);
  // What it completes is the business of the comparison; what is new, of the due path.
  expect(await publish(world, survivor)).toEqual({ code: 'walked', written: 1, completed: 3 });
  expect(await publish(world, survivor)).toEqual({ code: 'walked', written: 0, completed: 0 });
  returnRegion(world, east);
  expect(keysIn(world, survivor, '')).toHaveLength(5);
  for (const key of keysIn(world, east, '')) expect(textIn(world, survivor, key)).toBe(textIn(world, east, key));
});

test('receipts: more entries than a page, most of them there -> exactly those missing are written', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ids(2300));
  await publish(world);
  const { bucket } = world.backstage.regions[east];
  const missing = keysIn(world, east, '').filter((_, n) => n % 97 === 0 || n === 2299);
  for (const key of missing) bucket.objects.delete(key);
  await raiseEpoch(world);
  expect(await publish(world)).toMatchObject({ written: 0, completed: missing.length });
  expect(receipts(world)).toHaveLength(2300);
});

test('receipts: the process dies before or after any call -> the next pass has all of them', async () => {
  for (const part of ['bucket', 'receipts'] as const) {
    for (const when of ['before', 'after'] as const) {
      for (let skip = 0; skip < 10; skip += 1) {
        const world = await createWorld({ seed: 1 });
        await postEntries(world, ['a', 'b', 'c']);
        world.breakage.add({ part, when, skip, times: 1 });
        await publish(world).catch((error: unknown) => expect(error).toSatisfy(isPortFault));
        world.breakage.mendAll();
        await publish(world);
        await publish(world);
        expect(receipts(world)).toEqual(['a.json', 'b.json', 'c.json']);
        expect(await publish(world)).toEqual({ code: 'walked', written: 0, completed: 0 });
      }
    }
  }
});

test('receipts: the ledger is not this epoch\'s primary -> fenced, and nothing is written', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a']);
  await world.backstage.ledgers.raiseFence(east, { from: 1 as never, to: 2 as never });
  expect(await publish(world)).toEqual({ code: 'fenced', written: 0, completed: 0 });
  expect(receipts(world)).toEqual([]);
});
