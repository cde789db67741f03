// How much a client sends beyond what its callers asked of it, and when it does.
import { beforeEach, describe, expect, test } from 'vitest';
import { Budget } from './budget.ts';
import { FAR, FakeNetwork, killed, NEAR, payment, seeded, unavailable } from './fake-network.test-support.ts';
import type { Behaviour } from './fake-network.test-support.ts';
import { PaymentClient } from './index.ts';

const DEADLINE_MS = 30_000;

let network: FakeNetwork;
let client: PaymentClient;

beforeEach(() => {
  network = new FakeNetwork();
  client = new PaymentClient({ endpoints: [NEAR, FAR], apiKey: 'us_test_key', world: network.world });
});

const pay = (id?: string) => network.clock.during(client.pay(payment(id)));
const refusal = (work: Promise<unknown>) => network.refusal(work);

describe('client: when to hedge', () => {
  const times = (calls: number) => network.clock.during(Promise.all(Array.from({ length: calls }, (_, n) => client.pay(payment(`warm-${n}`)))));

  test('answers were quick lately -> sooner than at first, never under the least', async () => {
    await times(64);
    network.behaviour[NEAR] = { how: 'hang' };
    const startedAt = network.clock.now();
    await pay();
    expect(network.to(FAR)[0]?.at).toBe(startedAt + 30);
  });

  test('answers take longer everywhere -> later, never above the most', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = { afterMs: 180 };
    await times(64);
    network.behaviour[NEAR] = { how: 'hang' };
    const startedAt = network.clock.now();
    await pay();
    expect(network.to(FAR).at(-1)?.at).toBe(startedAt + 180);
    for (const region of [NEAR, FAR]) network.behaviour[region] = { afterMs: 2_500 };
    for (let n = 0; n < 4; n += 1) await times(64);
    const before = network.sent.length;
    const laterAt = network.clock.now();
    network.behaviour[FAR] = { how: 'hang' };
    network.behaviour[NEAR] = { how: 'hang' };
    await refusal(client.pay(payment(), { deadlineMs: 2_000 }));
    for (const { at } of network.sent.slice(before)) expect([0, 500]).toContain(at - laterAt);
  });

  test('everything is slow under a great load -> hedges stay a small share', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = { afterMs: 2_000 };
    for (let n = 0; n < 10; n += 1) await times(200);
    expect(network.sent.length - 2_000).toBeGreaterThan(100);
    expect(network.sent.length - 2_000).toBeLessThanOrEqual(100 + 2_000 * 0.2 + (network.clock.now() / 1000) * 2);
  });
});

describe('client: what it asks for beyond its callers\' calls', () => {
  const outage = async (behaviour: Behaviour, { calls, backAt = Infinity }: { readonly calls: number; readonly backAt?: number }) => {
    network.random = seeded(7);
    for (const region of [NEAR, FAR]) network.behaviour[region] = ({ at }) => (at < backAt ? behaviour : {});
    const all = Array.from({ length: calls }, (_, n) => client.pay(payment(`outage-${n}`)).then(() => 'accepted', (error: unknown) => error));
    return network.clock.during(Promise.all(all));
  };
  const storeAndTrickle = 100 + (DEADLINE_MS / 1000) * 2;

  test.each<[string, Behaviour]>([['say 503', unavailable], ['count their callers', { status: 429, body: { error: 'too many', code: 'throttled' } }], ['are silent', { how: 'hang' }]])('both regions %s, 500 calls wait for them -> one request each to either region, and few more', async (_what, behaviour) => {
    const outcomes = await outage(behaviour, { calls: 500 });
    expect(new Set(outcomes.map((error) => (error as Error).name))).toEqual(new Set(['UnansweredError']));
    expect(network.sent.length).toBeLessThanOrEqual(2 * 500 + 500 * 0.2 + storeAndTrickle);
    expect([network.clock.pending, network.underWay]).toEqual([0, 0]);
  });

  test('both come back after ten seconds -> all who waited are answered soon, although the store was empty', async () => {
    const outcomes = await outage(unavailable, { calls: 500, backAt: 10_000 });
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    expect(network.clock.now()).toBeLessThan(20_000);
  });

  test('one region fails a thousand calls in a row -> the other has one request for each of them', async () => {
    network.behaviour[NEAR] = unavailable;
    for (let n = 0; n < 1_000; n += 1) await pay(`order-${n}`);
    expect(network.to(FAR)).toHaveLength(1_000);
    expect(network.to(NEAR).length).toBeLessThan(20);
  });

  test('near calls fail at once in one burst -> each is answered elsewhere without waiting for the budget', async () => {
    network.behaviour[NEAR] = killed;
    await network.clock.during(Promise.all(Array.from({ length: 500 }, (_, n) => client.pay(payment(`burst-${n}`)))));
    expect(network.clock.now()).toBe(11);
  });

  test('a time-out that the caller\'s own deadline made -> nothing is held against the region', async () => {
    network.behaviour[NEAR] = { afterMs: 100 };
    for (let n = 0; n < 5; n += 1) await refusal(client.pay(payment(), { deadlineMs: 20 }));
    network.sent.length = 0;
    await pay();
    expect(network.sent.map(({ region }) => region)).toEqual([NEAR]);
  });
});

test('budget: emptied -> one more for each five calls, two for each second, and what was put back', () => {
  const budget = new Budget(0);
  const taken = (now: number): number => {
    let count = 0;
    while (budget.take(now)) count += 1;
    return count;
  };
  expect(taken(0)).toBe(100);
  for (let n = 0; n < 51; n += 1) budget.earn();
  expect(taken(0)).toBe(10);
  expect(taken(2_000)).toBe(4);
  budget.putBack();
  expect(taken(2_000)).toBe(1);
  expect(taken(3_600_000)).toBe(100);
});
