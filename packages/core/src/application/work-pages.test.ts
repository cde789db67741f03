// The work index read whole and read by shards; and the age of the oldest waiting payment over an index that lags: known
// soon, or said to be not known.
import { expect, test } from 'vitest';
import { keyText } from '../domain/payment/payment.ts';
import { epochOf } from '../domain/region/epoch.ts';
import { epochMs } from '../domain/time.ts';
import type { WorkIndex } from '../ports/work-index.ts';
import { settlePayments } from './settle-payments.ts';
import { oldestUnpostedAgeMs, walkOfWork } from './work-pages.ts';
import type { WantedWork } from './work-pages.ts';
import { accepted, createWorld, east, keyOf, portsOf, raiseEpoch } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const idsOf = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `p${i}`);

/** One that always holds more than one request gives. */
const byShards = (index: WorkIndex): WorkIndex => ({ query: (query) => index.query(query), scan: (page) => index.scan(page), all: async () => undefined });

const counted = (index: WorkIndex) => {
  const requests = { all: 0, query: 0 };
  const counting: WorkIndex = {
    all: (limit) => ((requests.all += 1), index.all(limit)),
    query: (query) => ((requests.query += 1), index.query(query)),
    scan: (page) => index.scan(page),
  };
  return { requests, index: counting };
};

const walked = async (index: WorkIndex, wanted: WantedWork): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const page of walkOfWork(index, wanted)) {
    expect(page.length).toBeGreaterThan(0);
    expect(page.length).toBeLessThanOrEqual(500);
    found.push(...page.map((entry) => keyText(entry.key)));
  }
  return found;
};

/** Ten posted under the first epoch, ten under the second, ten never. */
async function mixedWorld(): Promise<World> {
  const world = await createWorld({ seed: 1 });
  for (const id of idsOf(30)) {
    await accepted(world, id);
    world.clock.advance(1000);
  }
  await settlePayments(portsOf(world, east), idsOf(10).map(keyOf));
  await raiseEpoch(world);
  await settlePayments(portsOf(world, east), idsOf(20).slice(10).map(keyOf));
  return world;
}

const wantedOf: readonly WantedWork[] = [
  { posted: 'below', epoch: epochOf(1) }, { posted: 'below', epoch: epochOf(2) }, { posted: 'below', epoch: epochOf(3) },
  { posted: 'below', epoch: epochOf(3), from: epochOf(1) }, { posted: 'equal', epoch: epochOf(1) }, { posted: 'equal', epoch: epochOf(2) }, { posted: 'equal', epoch: epochOf(7) },
];

test.each(wantedOf)('walk: $posted $epoch from $from -> the same in one request as by shards', async (wanted) => {
  const { workIndex } = portsOf(await mixedWorld(), east);
  const { requests, index } = counted(workIndex);
  const whole = await walked(index, wanted);
  expect(whole.toSorted()).toEqual((await walked(byShards(workIndex), wanted)).toSorted());
  expect(requests).toEqual({ all: 1, query: 0 });
});

test('walk: read whole -> oldest epoch first, then by acceptance, as in a shard: who looks at few looks at these', async () => {
  const { workIndex } = portsOf(await mixedWorld(), east);
  const shuffled: WorkIndex = { ...byShards(workIndex), all: async (limit) => (await workIndex.all(limit))?.toSorted((a, b) => (keyText(a.key) < keyText(b.key) ? -1 : 1)) };
  const found = await walked(shuffled, { posted: 'below', epoch: epochOf(3) });
  expect(found).toEqual([...idsOf(30).slice(20), ...idsOf(20)].map((id) => keyText(keyOf(id))));
});

test('walk: two that start half of all shards apart -> each begins where the other is half-way', async () => {
  const world = await createWorld({ seed: 1 });
  for (const id of idsOf(20)) await accepted(world, id);
  const { workIndex } = portsOf(world, east);
  const [first, second] = [await walked(workIndex, { posted: 'below', epoch: epochOf(1) }), await walked(workIndex, { posted: 'below', epoch: epochOf(1), firstShard: 32 })];
  expect(second).toEqual([...first.slice(10), ...first.slice(0, 10)]);
});

test('walk: more than is read whole -> by shards, in pages, each once', async () => {
  const world = await createWorld({ seed: 1 });
  const ids = idsOf(2001);
  for (const id of ids) await accepted(world, id);
  const { requests, index } = counted(portsOf(world, east).workIndex);
  expect((await walked(index, { posted: 'below', epoch: epochOf(1) })).toSorted()).toEqual(ids.map((id) => keyText(keyOf(id))).toSorted());
  expect(requests).toEqual({ all: 1, query: 64 });
});

test('oldest unposted: read whole or by shards -> the same age', async () => {
  const world = await mixedWorld();
  const { workIndex, journal } = portsOf(world, east);
  const record = { ...(await world.epochs.read()), at: epochMs(0) };
  const ages = await Promise.all([workIndex, byShards(workIndex)].map((index) => oldestUnpostedAgeMs({ workIndex: index, journal, clock: world.clock }, record)));
  expect(ages).toEqual([10_000, 10_000]);
});

test.each(['whole', 'by shards'])('oldest unposted, %s: an index full of what was posted long ago, over a table that answers slowly -> given up in time for a detector to act', async (how) => {
  const world = await createWorld({ seed: 1 });
  const ids = idsOf(100);
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
  const workIndex = how === 'whole' ? ports.workIndex : byShards(ports.workIndex);
  const before = world.clock.now();
  expect(await oldestUnpostedAgeMs({ workIndex, journal, clock: world.clock }, await world.epochs.read())).toBeUndefined();
  expect(world.clock.now() - before).toBeLessThan(7000);
});
