import { beforeEach, describe, expect, test, vi } from 'vitest';
import { routes } from '../routes.ts';
import { Budget } from './budget.ts';
import { Endpoint, inOrder } from './endpoint.ts';
import { FAR, FakeNetwork, killed, NEAR, payment, seeded, unavailable } from './fake-network.test-support.ts';
import type { Behaviour } from './fake-network.test-support.ts';
import { PaymentClient, PaymentError, UnansweredError } from './index.ts';
import { Pace, promptly } from './pace.ts';
import { race } from './race.ts';

/** As in pace.ts, for a client that has seen nothing yet. */
const FIRST_HEDGE_MS = 200;
const DEADLINE_MS = 30_000;

let network: FakeNetwork;
let client: PaymentClient;

beforeEach(() => {
  network = new FakeNetwork();
  client = new PaymentClient({ endpoints: [NEAR, FAR], apiKey: 'us_test_key', world: network.world });
});

const pay = (id?: string) => network.clock.during(client.pay(payment(id)));
const session = { customer_id: 'customer-1', amount: '1.00', currency: 'USD' };
const refusal = (work: Promise<unknown>) => network.refusal(work);
const nothingIsLeft = () => {
  expect(network.clock.pending).toBe(0);
  expect(network.underWay).toBe(0);
};

describe('client: one call', () => {
  test('both regions are well -> the near one is asked, once, as the contract has it', async () => {
    await expect(pay()).resolves.toEqual({ transaction_id: 'order-1', status: 'accepted' });
    expect(network.sent).toMatchObject([{ region: NEAR, method: 'POST', path: '/payments', body: JSON.stringify(payment()), headers: { authorization: 'Bearer us_test_key', 'content-type': 'application/json' } }]);
    nothingIsLeft();
  });

  test('the near region does it and loses the answer -> the far one is asked at once for the same id', async () => {
    network.behaviour[NEAR] = { how: 'lose' };
    await expect(pay()).resolves.toMatchObject({ status: 'accepted' });
    expect(network.sent.map(({ region, at }) => [region, at])).toEqual([[NEAR, 0], [FAR, 10]]);
    expect(new Set(network.sent.map(({ body }) => body))).toHaveLength(1);
    nothingIsLeft();
  });

  test('the caller changes its object meanwhile -> all regions are sent the same bytes', async () => {
    network.behaviour[NEAR] = { how: 'lose' };
    const changing = { ...payment() };
    const call = client.pay(changing);
    changing.amount = '99.00';
    await network.clock.during(call);
    expect(network.to(FAR)[0]?.body).toContain('12.50');
  });

  test.each(['hang', 'ignore'] as const)('the near region is silent (%s) -> hedged after the usual time; what is left is ended', async (how) => {
    network.behaviour[NEAR] = { how };
    await pay();
    expect(network.clock.now()).toBe(FIRST_HEDGE_MS + 10);
    expect(network.to(NEAR)[0]?.signal.aborted).toBe(true);
    expect(network.clock.pending).toBe(0);
    expect(network.underWay).toBe(how === 'ignore' ? 1 : 0);
  });

  test('the hedge is on its way and the first answers -> the first answer counts', async () => {
    network.behaviour[NEAR] = { afterMs: 250, body: { who: 'near' } };
    network.behaviour[FAR] = { afterMs: 100, body: { who: 'far' } };
    await expect(pay()).resolves.toEqual({ who: 'near' });
    expect(network.to(FAR)[0]?.signal.aborted).toBe(true);
    nothingIsLeft();
  });

  test('the first answers after its hedge -> the hedge\'s answer counts, the late one changes nothing', async () => {
    network.behaviour[NEAR] = { afterMs: 400, body: { who: 'near' } };
    network.behaviour[FAR] = { afterMs: 100, body: { who: 'far' } };
    await expect(pay()).resolves.toEqual({ who: 'far' });
    await network.clock.pass(1_000);
    nothingIsLeft();
  });

  test('the far region says unavailable while the near one is still thinking -> the definite answer counts', async () => {
    network.behaviour[NEAR] = { afterMs: 900 };
    network.behaviour[FAR] = unavailable;
    await expect(pay()).resolves.toMatchObject({ status: 'accepted' });
    nothingIsLeft();
  });

  test('three endpoints, two of them silent -> the third answers after two hedges', async () => {
    client = new PaymentClient({ endpoints: [NEAR, FAR, 'https://dns/'], apiKey: 'k', world: network.world });
    network.behaviour[NEAR] = { how: 'hang' };
    network.behaviour[FAR] = { how: 'hang' };
    await pay();
    expect(network.sent.map(({ region, at }) => [region, at])).toEqual([[NEAR, 0], [FAR, FIRST_HEDGE_MS], ['https://dns', 2 * FIRST_HEDGE_MS]]);
  });

  test.each([
    [400, { error: 'must be positive', code: 'invalid_request', field: 'amount' }],
    [401, { error: 'a valid API key is required', code: 'unauthorized' }],
    [402, { error: 'the payment failed', code: 'declined' }],
    [409, { error: 'another content', code: 'idempotency_conflict' }],
  ])('refused with %i -> a typed error, and nobody else is asked', async (status, body) => {
    network.behaviour[NEAR] = { status, body };
    const error = await refusal(client.pay(payment()));
    expect(error).toBeInstanceOf(PaymentError);
    expect(error).toMatchObject({ status, code: body.code, message: body.error, field: 'field' in body ? body.field : undefined });
    expect(network.sent).toHaveLength(1);
    nothingIsLeft();
  });

  test.each<[string, Behaviour]>([
    ['the page of a proxy', { status: 403, body: '<html>' }],
    ['JSON that is not the contract\'s', { status: 404, body: { message: 'Not Found' } }],
    ['a redirect', { status: 307, body: '' }],
    ['half a body', { status: 200, body: '{"transaction_id":' }],
    ['a fault of the service', { status: 500, body: { error: 'something is wrong', code: 'internal_error' } }],
    ['a time-out of the service', { status: 408, body: { error: 'too slow', code: 'unavailable' } }],
  ])('%s -> decides nothing: the far region is asked', async (_what, behaviour) => {
    network.behaviour[NEAR] = behaviour;
    await expect(pay()).resolves.toMatchObject({ status: 'accepted' });
    expect(network.to(FAR)).toHaveLength(1);
  });
});

describe('client: no answer from anybody', () => {
  test.each<[string, Behaviour]>([['refuse', killed], ['hang', { how: 'hang' }], ['say 503', unavailable], ['lose answers', { how: 'lose' }]])('both regions %s -> tried with growing pauses until the deadline, then unanswered', async (_what, behaviour) => {
    network.behaviour[NEAR] = behaviour;
    network.behaviour[FAR] = behaviour;
    network.random = seeded(1);
    const error = await refusal(client.pay(payment()));
    expect(error).toBeInstanceOf(UnansweredError);
    expect(network.clock.now()).toBeLessThanOrEqual(DEADLINE_MS);
    expect(network.clock.now()).toBeGreaterThan(DEADLINE_MS - 2_100);
    expect((error as UnansweredError).tries).toBe(network.sent.length);
    expect(network.to(NEAR).length).toBeGreaterThan(5);
    expect(network.sent.length).toBeLessThanOrEqual(100);
    nothingIsLeft();
  });

  test('silent, and less time is left than one try may take -> ends with the deadline', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = { how: 'hang' };
    await expect(refusal(client.pay(payment(), { deadlineMs: 1_000 }))).resolves.toMatchObject({ tries: 2 });
    expect(network.clock.now()).toBe(1_000);
  });

  test.each([['a payment', () => client.pay(payment())], ['a session', () => client.openSession(session)]])('%s, by a process so busy that each timer comes late -> nothing is sent at or after the deadline, nor waited for', async (_what, send) => {
    const { clock } = network;
    const timers: number[] = [];
    const after = (delayMs: number, call: () => void) => {
      timers.push(delayMs);
      return clock.after(delayMs * 3, call);
    };
    for (const region of [NEAR, FAR]) network.behaviour[region] = killed;
    client = new PaymentClient({ endpoints: [NEAR, FAR], apiKey: 'us_test_key', world: { ...network.world, clock: { now: clock.now, after } } });
    await expect(refusal(send())).resolves.toBeInstanceOf(UnansweredError);
    expect(clock.now()).toBeGreaterThan(DEADLINE_MS);
    expect(network.sent.filter(({ at }) => at >= DEADLINE_MS)).toEqual([]);
    expect(timers.filter((delayMs) => delayMs <= 0)).toEqual([]);
    nothingIsLeft();
  });

  test('the deadline passed before it began -> unanswered at once, and nothing is sent', async () => {
    await expect(refusal(client.read('order-1', { deadlineMs: -1 }))).resolves.toMatchObject({ tries: 0 });
    expect(network.sent).toEqual([]);
    nothingIsLeft();
  });

  test('both come back before the deadline -> answered', async () => {
    const back = 5_000;
    for (const region of [NEAR, FAR]) network.behaviour[region] = ({ at }) => (at < back ? killed : {});
    await pay();
    expect(network.clock.now()).toBeGreaterThanOrEqual(back);
    expect(network.clock.now()).toBeLessThan(back + 2_100);
  });

  test('pauses -> full jitter: from nothing to twice the one before', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = killed;
    const pausesAt = async (share: number) => {
      network.random = () => share;
      network.sent.length = 0;
      await refusal(client.pay(payment(), { deadlineMs: 1_000 }));
      const times = network.to(FAR).map(({ at }) => at);
      return times.slice(1).map((at, i) => Math.round(at - (times[i] ?? 0)));
    };
    expect((await pausesAt(0.999)).slice(0, 4)).toEqual([51, 101, 201, 401]);
    expect((await pausesAt(0)).slice(0, 4)).toEqual([1, 1, 1, 1]);
  });

  test('told when to come back -> elsewhere at once, here not before', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = ({ at }) => (at < 1_500 ? { ...unavailable, retryAfter: '2' } : {});
    await pay();
    const [first, elsewhere, again] = network.sent;
    expect([first?.region, elsewhere?.region, elsewhere?.at]).toEqual([NEAR, FAR, 10]);
    expect(again?.at).toBeGreaterThanOrEqual(2_010);
  });

  test('told as a time, by a clock that is wrong -> waited for as long as between the answer\'s own times', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = ({ at }) => (at < 1_500 ? { ...unavailable, retryAfter: 'Thu, 01 Jan 1970 00:00:02 GMT', date: 'Thu, 01 Jan 1970 00:00:00 GMT' } : {});
    await pay();
    expect(network.sent[2]?.at).toBeGreaterThanOrEqual(2_010);
    expect(network.sent[2]?.at).toBeLessThan(2_100);
  });

  test.each(['soon', '-5', '', 'Thu, 01 Jan 1970 00:00:02 GMT'])('told to come back at %j, which is no time to wait -> the usual pause', async (retryAfter) => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = ({ at }) => (at < 15 ? { ...unavailable, retryAfter } : {});
    await pay();
    expect(network.clock.now()).toBeLessThan(100);
  });

  test('told to come back after the deadline -> not waited for', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = { ...unavailable, retryAfter: '60' };
    await expect(refusal(client.pay(payment()))).resolves.toMatchObject({ tries: 2, lastStatus: 503 });
    expect(network.clock.now()).toBe(20);
  });
});

describe('client: the caller ends the call', () => {
  test.each<[string, Behaviour]>([['a region is silent', { how: 'hang' }], ['it pauses between tries', killed], ['fetch heeds no signal', { how: 'ignore' }]])('while %s -> its reason, and nothing is under way', async (_what, behaviour) => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = behaviour;
    const caller = new AbortController();
    const error = refusal(client.pay(payment(), { signal: caller.signal }));
    const stop = new Error('the customer left');
    network.clock.after(700, () => caller.abort(stop));
    await expect(error).resolves.toBe(stop);
    expect(network.clock.now()).toBe(700);
    expect(network.clock.pending).toBe(0);
    expect(network.sent.every(({ signal }) => signal.aborted || behaviour === killed)).toBe(true);
  });

  test('never, with a signal that outlives many calls -> nothing of them stays on it', async () => {
    const { signal } = new AbortController();
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    network.behaviour[NEAR] = killed;
    await network.clock.during(client.pay(payment(), { signal }));
    await network.clock.during(client.openSession(session, { signal }));
    expect(added).toHaveBeenCalled();
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });

  test('before it began -> nothing is sent', async () => {
    await expect(refusal(client.pay(payment(), { signal: AbortSignal.abort('no') }))).resolves.toBe('no');
    await expect(refusal(client.openSession(session, { signal: AbortSignal.abort('no') }))).resolves.toBe('no');
    expect(network.sent).toEqual([]);
  });
});

describe('client: memory of regions', () => {
  const leaders = async (calls: number): Promise<readonly (string | undefined)[]> => {
    const first: (string | undefined)[] = [];
    for (let n = 0; n < calls; n += 1) {
      const before = network.sent.length;
      await pay(`order-${n}`);
      first.push(network.sent[before]?.region);
    }
    return first;
  };

  test('the near region is dead -> asked three times, then left to rest', async () => {
    network.behaviour[NEAR] = killed;
    expect(await leaders(8)).toEqual([NEAR, NEAR, NEAR, FAR, FAR, FAR, FAR, FAR]);
    expect(network.to(NEAR)).toHaveLength(3);
  });

  test('its rest is over and many call at once -> one of them probes it; still dead -> it rests for longer', async () => {
    network.behaviour[NEAR] = killed;
    await leaders(3);
    const probesAfter = async (restMs: number) => {
      await network.clock.pass(restMs);
      const before = network.to(NEAR).length;
      await network.clock.during(Promise.all(Array.from({ length: 20 }, (_, n) => client.pay(payment(`probe-${network.clock.now()}-${n}`)))));
      return network.to(NEAR).length - before;
    };
    expect(await probesAfter(100)).toBe(0);
    expect(await probesAfter(1_000)).toBe(1);
    expect(await probesAfter(1_000)).toBe(0);
    expect(await probesAfter(1_000)).toBe(1);
  });

  test('the probe is answered -> the near region leads again', async () => {
    network.behaviour[NEAR] = killed;
    await leaders(3);
    network.behaviour[NEAR] = {};
    expect(await leaders(2)).toEqual([FAR, FAR]);
    await network.clock.pass(1_000);
    expect(await leaders(3)).toEqual([NEAR, NEAR, NEAR]);
  });

  test('the probe is not answered -> its call is hedged like any other', async () => {
    network.behaviour[NEAR] = killed;
    await leaders(20);
    network.behaviour[NEAR] = { how: 'hang' };
    await network.clock.pass(1_000);
    const startedAt = network.clock.now();
    await pay('probe');
    expect(network.to(NEAR)).toHaveLength(4);
    expect(network.clock.now() - startedAt).toBeLessThan(100);
  });

  test('the near region is slow, overtaken three times -> the far one leads', async () => {
    network.behaviour[NEAR] = { afterMs: 2_000 };
    expect(await leaders(5)).toEqual([NEAR, NEAR, NEAR, FAR, FAR]);
  });

  test('it counts its callers -> elsewhere at once, and nothing is held against it', async () => {
    network.behaviour[NEAR] = { status: 429, body: { error: 'too many', code: 'throttled' }, retryAfter: '1' };
    expect(await leaders(5)).toEqual([NEAR, NEAR, NEAR, NEAR, NEAR]);
    expect(network.to(FAR)).toHaveLength(5);
  });

  test('a hedge is overtaken by the one it was to help -> nothing is held against its region', async () => {
    const [near, far] = [new Endpoint(NEAR, () => 0.5), new Endpoint(FAR, () => 0.5)];
    network.behaviour[NEAR] = { afterMs: 250 };
    network.behaviour[FAR] = { how: 'hang' };
    for (let n = 0; n < 5; n += 1) {
      const call = { request: { method: 'GET', path: '/', headers: {} }, endpoints: [near, far], pace: new Pace(promptly), budget: new Budget(0), deadline: Infinity, signal: undefined };
      await network.clock.during(race(network.world, call));
    }
    expect(network.to(FAR)).toHaveLength(5);
    expect(far.restUntil).toBe(-Infinity);
  });

  test('both rest -> the one whose rest ends first leads, whatever their order', () => {
    const [near, far] = [new Endpoint(NEAR, () => 0.5), new Endpoint(FAR, () => 0.5)];
    for (let n = 0; n < 3; n += 1) far.strike(0);
    for (let n = 0; n < 3; n += 1) near.strike(500);
    expect(inOrder([near, far], 600).map(({ url }) => url)).toEqual([FAR, NEAR]);
  });

  test('both dead -> the one whose rest ends first is asked, and the other on its failure', async () => {
    network.behaviour[NEAR] = killed;
    network.behaviour[FAR] = killed;
    await refusal(client.pay(payment(), { deadlineMs: 2_000 }));
    const before = network.sent.length;
    await refusal(client.pay(payment(), { deadlineMs: 20 }));
    expect(new Set(network.sent.slice(before).map(({ region }) => region))).toEqual(new Set([NEAR, FAR]));
  });
});

describe('client: what has no id of the caller', () => {
  const open = () => client.openSession(session);

  test.each([['a session', open], ['a webhook', () => client.addWebhook({ url: 'https://shop.example' })]])('%s, and silence -> never sent twice', async (_what, send) => {
    network.behaviour[NEAR] = { how: 'hang' };
    await expect(refusal(send())).resolves.toBeInstanceOf(UnansweredError);
    expect(network.sent).toHaveLength(1);
    nothingIsLeft();
  });

  test.each<[string, Behaviour]>([['a lost answer', { how: 'lose' }], ['unavailable', unavailable]])('%s -> it may have been done: never sent twice', async (_what, behaviour) => {
    network.behaviour[NEAR] = behaviour;
    await expect(refusal(open())).resolves.toBeInstanceOf(UnansweredError);
    expect(network.sent).toHaveLength(1);
  });

  test.each<[string, Behaviour]>([['no connection', killed], ['counted and refused', { status: 429, body: { error: 'too many', code: 'throttled' } }]])('%s -> certainly not done: sent to the other region', async (_what, behaviour) => {
    network.behaviour[NEAR] = behaviour;
    network.behaviour[FAR] = { status: 201, body: { session_id: 's' } };
    await expect(network.clock.during(open())).resolves.toEqual({ session_id: 's' });
    expect(network.sent.map(({ region }) => region)).toEqual([NEAR, FAR]);
  });

  test('no connection anywhere -> tried again until the deadline', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = killed;
    await expect(refusal(open())).resolves.toBeInstanceOf(UnansweredError);
    expect(network.clock.now()).toBeLessThanOrEqual(DEADLINE_MS);
    expect(network.clock.now()).toBeGreaterThan(DEADLINE_MS - 2_100);
    nothingIsLeft();
  });
});

describe('client: outcomes', () => {
  const answers = (...bodies: readonly object[]) => {
    const left = [...bodies];
    network.behaviour[NEAR] = () => ({ body: left.length > 1 ? left.shift() : left[0] });
  };
  const accepted = { transaction_id: 'order-1', status: 'accepted' };

  test('process answers with the outcome -> that', async () => {
    answers({ message: 'Payment processed successfully', transaction_id: 'order-1', timestamp: 7 });
    await expect(network.clock.during(client.payAndWait(payment()))).resolves.toMatchObject({ timestamp: 7 });
    expect(network.sent.map(({ path }) => path)).toEqual(['/process']);
  });

  test('accepted for now, quarantined for a while, then processed -> waited for, and told as process would', async () => {
    answers(accepted, accepted, { ...accepted, status: 'quarantined' }, { ...accepted, status: 'processed', settled_at: '1970-01-01T00:00:07.900Z' });
    await expect(network.clock.during(client.payAndWait(payment()))).resolves.toEqual({ message: 'Payment processed successfully', transaction_id: 'order-1', timestamp: 7 });
    expect(network.sent.map(({ path }) => path)).toEqual(['/process', '/payments/order-1', '/payments/order-1', '/payments/order-1']);
    nothingIsLeft();
  });

  test.each([
    ['failed', { status: 402, code: 'declined', message: 'the payment failed and this transaction_id is spent: insufficient_funds' }],
    ['cancelled', { status: 409, code: 'already_decided' }],
  ])('accepted for now, then %s -> the error that process has for it', async (status, error) => {
    answers(accepted, { ...accepted, status, error: 'insufficient_funds' });
    await expect(refusal(client.payAndWait(payment()))).resolves.toMatchObject({ name: 'PaymentError', ...error });
  });

  test('process is silent -> hedged, but not before it may have an outcome; an outcome after ten seconds is waited for', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = { afterMs: 10_500, body: { message: 'Payment processed successfully' } };
    await network.clock.during(client.process(payment()));
    expect(network.sent.map(({ region, at }) => [region, at])).toEqual([[NEAR, 0], [FAR, 1_000]]);
  });

  test('process takes long and the outcome longer -> one deadline for both', async () => {
    for (const region of [NEAR, FAR]) network.behaviour[region] = ({ path }) => ({ afterMs: path === '/process' ? 10_000 : 10, body: accepted });
    await expect(refusal(client.payAndWait(payment()))).resolves.toBeInstanceOf(UnansweredError);
    expect(network.clock.now()).toBeLessThanOrEqual(DEADLINE_MS);
  });

  test('never decided -> unanswered at the deadline, which holds for everything together; polls grow apart', async () => {
    answers(accepted);
    await expect(refusal(client.payAndWait(payment()))).resolves.toBeInstanceOf(UnansweredError);
    expect(network.clock.now()).toBeLessThanOrEqual(DEADLINE_MS);
    expect(network.clock.now()).toBeGreaterThan(DEADLINE_MS - 2_500);
    expect(network.sent.length).toBeLessThan(35);
    nothingIsLeft();
  });

  test('the caller ends the wait between polls -> its reason', async () => {
    answers(accepted);
    const caller = new AbortController();
    network.clock.after(3_000, () => caller.abort('enough'));
    await expect(refusal(client.waitForOutcome('order-1', { signal: caller.signal }))).resolves.toBe('enough');
    nothingIsLeft();
  });

  test('a webhook was removed and the answer lost, the repeat finds none -> removed', async () => {
    network.behaviour[NEAR] = { how: 'lose' };
    network.behaviour[FAR] = { status: 404, body: { error: 'there is none', code: 'not_found' } };
    await expect(network.clock.during(client.removeWebhook('w'))).resolves.toEqual({ webhook_id: 'w', status: 'removed' });
    network.behaviour[NEAR] = { status: 404, body: { error: 'there is none', code: 'not_found' } };
    await expect(refusal(client.removeWebhook('w'))).resolves.toMatchObject({ code: 'not_found' });
  });
});

test('client: its methods -> reach every operation that needs a key, with ids kept in their place', async () => {
  const id = 'a:b/../c';
  const all = [
    client.pay(payment()), client.validate(payment()), client.process(payment()), client.read(id), client.receipt(id), client.cancel(id), client.listPayments('c', { limit: 5, cursor: 'a&b' }),
    client.refund(id, { refund_id: 'r' }), client.refunds(id), client.openSession({ customer_id: 'c', amount: '1', currency: 'USD' }), client.readSession('s'),
    client.addWebhook({ url: 'https://shop.example' }), client.webhooks(), client.removeWebhook('w'),
  ];
  await network.clock.during(Promise.all(all));
  const asked = network.sent.map(({ method, path }) => `${method} ${path}`);
  expect(asked).toContain('GET /payments/a%3Ab%2F..%2Fc');
  expect(asked).toContain('GET /customers/c/payments?limit=5&cursor=a%26b');
  const patterns = Object.values(routes).filter(({ scope }) => scope !== null).map(({ method, path }) => new RegExp(`^${method} ${path.replace(/\{\w+\}/g, '[^/?]+')}(\\?.*)?$`));
  for (const pattern of patterns) expect(asked.filter((line) => pattern.test(line)), pattern.source).toHaveLength(1);
  expect(asked).toHaveLength(patterns.length);
});

test('client: no endpoints, or far too many -> said at once', () => {
  expect(() => new PaymentClient({ endpoints: [], apiKey: 'k' })).toThrow(TypeError);
  expect(() => new PaymentClient({ endpoints: Array.from({ length: 5 }, () => NEAR), apiKey: 'k' })).toThrow(TypeError);
});

test.each(Array.from({ length: 40 }, (_, seed) => seed))('client: seed %i of a network that does anything -> every call ends in time, and an acceptance is true', async (seed) => {
  const random = seeded(seed);
  network.random = random;
  const faults: readonly Behaviour[] = [{}, {}, {}, { how: 'lose' }, { how: 'refuse' }, { how: 'hang' }, { how: 'ignore' }, unavailable, { ...unavailable, retryAfter: '1' }, { status: 429, body: {} }, { afterMs: 5_000 }, { status: 502, body: '<html>' }];
  for (const region of [NEAR, FAR]) network.behaviour[region] = () => faults[Math.floor(random() * faults.length)] ?? {};
  const calls = Array.from({ length: 50 }, async (_, n) => {
    const id = `order-${n}`;
    const outcome = await client.pay(payment(id)).then(() => 'accepted', (error: unknown) => error);
    if (outcome === 'accepted') expect(network.done).toContain(id);
    else expect(outcome).toBeInstanceOf(UnansweredError);
    return outcome;
  });
  const outcomes = await network.clock.during(Promise.all(calls));
  expect(network.clock.now()).toBeLessThanOrEqual(DEADLINE_MS);
  expect(outcomes.filter((outcome) => outcome === 'accepted').length).toBeGreaterThan(45);
  expect(network.clock.pending).toBeLessThanOrEqual(0);
});
