// Settlement files over the world in memory: closing, late entries, lost tails, files found in buckets, and deaths
// between any two writes. The judge is always the same: every entry in one file, and no object ever two texts.
import { expect, test } from 'vitest';
import { parseSettlementFile, settlementFileOf, settlementFileText } from '../domain/publishing/settlement-file.ts';
import type { Region } from '../domain/region/region.ts';
import { epochMs } from '../domain/time.ts';
import type { BusinessDate } from '../domain/time.ts';
import { isPortFault } from '../ports/fault.ts';
import { checkSettlementFiles } from './check-settlement-files.ts';
import { filesIn, keysIn, loseActiveRegion, postEntries, publishPorts, returnRegion, textIn } from './publish.test-support.ts';
import { publishSettlementFiles } from './publish-settlement-files.ts';
import { alertsOf, createWorld, east, other } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const policy = { closeAfterMs: 600_000, standbyPatienceMs: 60_000 };
const today = '2026-01-05' as BusinessDate;
const MIDNIGHT = 1_767_657_600_000;

const publish = (world: World, region: Region = east, through: BusinessDate | undefined = today) => publishSettlementFiles(publishPorts(world, region), policy, through);
const onSchedule = (world: World, region: Region = east) => publishSettlementFiles(publishPorts(world, region), policy);
const published = (world: World, region: Region = east) => keysIn(world, region, '').filter((key) => key.includes('settlements/'));
const linesIn = (world: World, region: Region): readonly string[] =>
  published(world, region).flatMap((key) => parseSettlementFile(textIn(world, region, key) ?? '', settlementFileOf(key)?.currency ?? '')?.lines ?? []).map((line) => line.entryId).toSorted();
const check = (world: World, region: Region) => {
  const { settlement, bucket } = world.regions[region];
  return checkSettlementFiles(settlement, bucket);
};

test('settlement: the day is over and some minutes have passed -> closed once, on its schedule; a late entry is in the next day\'s file', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a', 'b']);
  world.clock.set(epochMs(MIDNIGHT + policy.closeAfterMs - 1));
  expect(await onSchedule(world)).toEqual({ code: 'walked', assigned: 0, published: 0, waiting: 0 });
  world.clock.advance(1);
  expect(await onSchedule(world)).toEqual({ code: 'walked', assigned: 1, published: 1, waiting: 0 });
  await postEntries(world, ['late']);
  await postEntries(world, ['next'], { day: 6 });
  expect(await onSchedule(world)).toMatchObject({ assigned: 0, published: 0 });
  world.clock.advance(86_400_000);
  expect(await onSchedule(world)).toMatchObject({ assigned: 1, published: 1 });
  expect(published(world)).toEqual(['settlements/2026-01-05/EUR/1.csv', 'settlements/2026-01-06/EUR/1.csv']);
  expect(textIn(world, east, 'settlements/2026-01-06/EUR/1.csv')).toMatch(/shop\/late.*2026-01-05.*\r\n.*shop\/next/);
  expect(await check(world, east)).toEqual({ files: 2, entries: 4, faults: [] });
});

test('settlement: a day closed early -> its rest is in a next file of the same day when it ends', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a']);
  expect(await publish(world)).toMatchObject({ assigned: 1, published: 1 });
  await postEntries(world, ['b'], { currency: 'USD' });
  await postEntries(world, ['c']);
  world.clock.set(epochMs(MIDNIGHT + policy.closeAfterMs));
  expect(await onSchedule(world)).toMatchObject({ assigned: 2, published: 2 });
  expect(published(world)).toEqual(['settlements/2026-01-05/EUR/1.csv', 'settlements/2026-01-05/EUR/2.csv', 'settlements/2026-01-05/USD/1.csv']);
});

test('settlement: nobody published for three days -> each day gets its own file', async () => {
  const world = await createWorld({ seed: 1 });
  for (const day of [3, 4, 5]) await postEntries(world, [`d${day}`], { day });
  world.clock.set(epochMs(MIDNIGHT + policy.closeAfterMs));
  await onSchedule(world);
  expect(published(world).map((key) => key.split('/')[1])).toEqual(['2026-01-03', '2026-01-04', '2026-01-05']);
});

test('settlement: the standby is behind -> not published before it shows the file, however long', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a']);
  world.backstage.ledgers.stallReplication();
  expect(await publish(world)).toEqual({ code: 'walked', assigned: 1, published: 0, waiting: 1 });
  world.clock.advance(policy.standbyPatienceMs + 1);
  expect(await publish(world)).toMatchObject({ published: 0, waiting: 1 });
  expect(published(world)).toEqual([]);
  world.backstage.ledgers.resumeReplication();
  expect(await publish(world)).toMatchObject({ published: 1, waiting: 0 });
  expect(alertsOf(world)).toEqual([]);
});

test('settlement: no standby to be seen -> published alone after the patience, and told once', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a']);
  world.backstage.ledgers.stop(other);
  expect(await publish(world)).toMatchObject({ published: 0, waiting: 1 });
  world.clock.advance(policy.standbyPatienceMs + 1);
  expect(await publish(world)).toMatchObject({ published: 1 });
  await publish(world);
  expect(alertsOf(world)).toEqual(['settlement_file_alone']);
});

test('settlement: an assignment that only the lost ledger knew -> never published there; assigned anew by the survivor', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a']);
  world.backstage.ledgers.stallReplication();
  await postEntries(world, ['lost']);
  await publish(world);
  const survivor = await loseActiveRegion(world);
  // The journal brings the lost row back; meanwhile more was settled.
  await postEntries(world, ['b', 'lost']);
  await publish(world, survivor);
  world.clock.advance(policy.standbyPatienceMs + 1);
  await publish(world, survivor);
  expect(published(world, east)).toEqual([]);
  expect(linesIn(world, survivor)).toEqual(['shop/a', 'shop/b', 'shop/lost']);
  returnRegion(world, east);
  await publish(world, survivor);
  expect(published(world, east)).toEqual(published(world, survivor));
});

test('settlement: published, and lost before replication brought it -> the survivor puts the same bytes', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a', 'b']);
  world.backstage.regions[east].bucket.stallReplication();
  await publish(world);
  await postEntries(world, ['c']);
  await publish(world);
  const survivor = await loseActiveRegion(world);
  expect(published(world, survivor)).toEqual([]);
  await publish(world, survivor);
  expect(published(world, survivor)).toHaveLength(2);
  for (const key of published(world, east)) expect(textIn(world, survivor, key)).toBe(textIn(world, east, key));
  expect(await check(world, survivor)).toEqual({ files: 2, entries: 3, faults: [] });
});

test('settlement: a published file that this ledger has lost -> taken over as it is, once its entries are restored', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a']);
  world.backstage.ledgers.stallReplication();
  await postEntries(world, ['lost']);
  // The standby could not be seen, so the file was published alone; then the region was lost, and the standby was behind.
  const unseen = world.breakage.add({ part: 'settlement', when: 'before', region: other });
  await publish(world);
  world.clock.advance(policy.standbyPatienceMs + 1);
  await publish(world);
  unseen();
  expect(published(world, other)).toHaveLength(1);
  const survivor = await loseActiveRegion(world);
  await postEntries(world, ['b']);
  expect(await publish(world, survivor)).toMatchObject({ code: 'blocked', assigned: 0 });
  await postEntries(world, ['lost']);
  expect(await publish(world, survivor)).toMatchObject({ code: 'walked', assigned: 1 });
  world.clock.advance(policy.standbyPatienceMs + 1);
  await publish(world, survivor);
  expect(linesIn(world, survivor)).toEqual(['shop/a', 'shop/b', 'shop/lost']);
  expect(published(world, survivor)).toHaveLength(2);
  expect(await check(world, survivor)).toMatchObject({ faults: [] });
});

test('settlement: a published file that stands only in the other region\'s bucket -> taken over from there', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a', 'b']);
  const key = 'settlements/2026-01-05/EUR/7.csv';
  const text = settlementFileText({ live: true, businessDate: today, currency: 'EUR', n: 7 }, await publishPorts(world, east).receipts.due(1 as never, 1) as never);
  world.backstage.regions[other].bucket.objects.set(key, { key, body: text, contentType: 'text/csv' });
  await publish(world);
  expect(published(world)).toEqual([key, 'settlements/2026-01-05/EUR/8.csv'].toSorted());
  expect(textIn(world, east, key)).toBe(text);
  expect(await check(world, east)).toEqual({ files: 2, entries: 2, faults: [] });
});

test.each([
  ['that is no settlement file', () => 'no'],
  ['that claims what another file has', (text: string) => text],
])('settlement: an object %s -> nothing is assigned, it stays, and a person is called', async (_what, bodyFrom) => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a']);
  await publish(world);
  const key = 'settlements/2026-01-05/EUR/2.csv';
  const body = bodyFrom(textIn(world, east, 'settlements/2026-01-05/EUR/1.csv') ?? '');
  world.backstage.regions[east].bucket.objects.set(key, { key, body, contentType: 'text/csv' });
  await postEntries(world, ['b']);
  expect(await publish(world)).toMatchObject({ code: 'blocked', assigned: 0 });
  expect(textIn(world, east, key)).toBe(body);
  expect(alertsOf(world)).toEqual(['settlement_file_differs']);
});

test('settlement: other bytes under the name of a file that waits -> left as they are, not counted as published, and told', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a']);
  world.backstage.ledgers.stallReplication();
  await publish(world);
  const key = 'settlements/2026-01-05/EUR/1.csv';
  world.backstage.regions[east].bucket.objects.set(key, { key, body: 'other', contentType: 'text/csv' });
  world.backstage.ledgers.resumeReplication();
  expect(await publish(world)).toMatchObject({ published: 0 });
  expect(textIn(world, east, key)).toBe('other');
  expect(alertsOf(world)).toEqual(['settlement_file_differs']);
  expect((await filesIn(world, east))[0]?.publishedEpoch).toBe(0);
});

test('settlement: the process dies before or after any call -> the next passes have every entry in one file, and no other bytes', async () => {
  for (const part of ['bucket', 'settlement'] as const) {
    for (const when of ['before', 'after'] as const) {
      for (let skip = 0; skip < 14; skip += 1) {
        const world = await createWorld({ seed: 1 });
        await postEntries(world, ['a', 'b']);
        await postEntries(world, ['c'], { currency: 'USD', live: false });
        world.breakage.add({ part, when, skip, times: 1, region: east });
        await publish(world).catch((error: unknown) => expect(error).toSatisfy(isPortFault));
        world.breakage.mendAll();
        const before = new Map(world.backstage.regions[east].bucket.objects);
        await postEntries(world, ['d']);
        await publish(world);
        await publish(world);
        expect(linesIn(world, east)).toEqual(['shop/a', 'shop/b', 'shop/c', 'shop/d']);
        for (const [key, object] of before) expect(textIn(world, east, key)).toBe(object.body);
        expect(await check(world, east)).toMatchObject({ faults: [] });
      }
    }
  }
});

test('settlement: many entries -> files of a bounded size, and a total over all of them', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, Array.from({ length: 95 }, (_, n) => `p-${n}`), { minor: 3n });
  expect(await publish(world)).toMatchObject({ assigned: 5, published: 5 });
  expect(await check(world, east)).toEqual({ files: 5, entries: 95, faults: [] });
  expect((await filesIn(world, east)).reduce((sum, file) => sum + file.totalMinor, 0n)).toBe(285n);
});

test('check: a file that is gone, changed, or adds up to something else -> named', async () => {
  const world = await createWorld({ seed: 1 });
  await postEntries(world, ['a', 'b']);
  await publish(world);
  const key = 'settlements/2026-01-05/EUR/1.csv';
  const { objects } = world.backstage.regions[east].bucket;
  const text = textIn(world, east, key) ?? '';
  const faultsWith = async (body: string) => {
    objects.set(key, { key, body, contentType: 'text/csv' });
    return (await check(world, east)).faults;
  };
  expect(await faultsWith(text)).toEqual([]);
  expect(await faultsWith(text.replace('ch_a', 'ch_x'))).toEqual([`${key} differs from the ledger within its lines`]);
  expect(await faultsWith(text.replace('12.50', '12.51'))).toEqual([`${key} is no settlement file, or its trailer is not the sum of its lines`]);
  expect(await faultsWith(text.replace('12.50', '12.51').replace('25.00', '25.01'))).toEqual([expect.stringContaining('the total 2501')]);
  objects.delete(key);
  expect((await check(world, east)).faults).toEqual([`${key} is published and not in this bucket`]);
});
