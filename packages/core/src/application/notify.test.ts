// Telling over the in-memory world: everything that stands in the books is told to everybody who asked for it, at least
// once and under one id; and what if the world fails right before, right after, or its answer is lost.
import { inMemoryEndpointSecrets } from '@understudy/adapters/in-memory';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../domain/event/endpoint.ts';
import { eventId } from '../domain/event/ledger-event.ts';
import { minorUnits } from '../domain/money/money.ts';
import { merchantId, transactionId } from '../domain/payment/payment.ts';
import type { PaymentKey } from '../domain/payment/payment.ts';
import { defaultPaymentPolicy } from '../domain/payment/policy.ts';
import type { Region } from '../domain/region/region.ts';
import { PortFault } from '../ports/fault.ts';
import type { WebhookAnswer } from '../ports/webhooks.ts';
import { acceptPayment } from './accept-payment.ts';
import { cancelPayment } from './cancel-payment.ts';
import { notify } from './notify.ts';
import type { NotifyPolicy, NotifyPorts } from './notify.ts';
import { settlePayments } from './settle-payments.ts';
import { tellThrough } from './tell.ts';
import { accepted, createWorld, east, keyOf, other, portsOf, requestOf, shop } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const policy: NotifyPolicy = { retryDelaysMs: [1000, 60_000], leaseMs: 10_000, passMs: 30_000 };
const ok: WebhookAnswer = { told: true, answer: 'HTTP 200' };
const broken: WebhookAnswer = { told: false, answer: 'HTTP 500' };

const notifyPorts = (world: World, region: Region = east): NotifyPorts => {
  const { endpoints, outbox, webhooks, deadDeliveries, alerts, epochs, metrics, log } = world.regions[region];
  const { clock, digest, random } = world;
  return {
    region, endpoints, outbox, webhooks, deadDeliveries, alerts, epochs, metrics, log, clock, digest, random,
    secrets: inMemoryEndpointSecrets, tell: tellThrough(alerts, log), policy: defaultPaymentPolicy,
  };
};

const pass = (world: World, keys?: readonly PaymentKey[], region: Region = east) => notify(notifyPorts(world, region), policy, keys);

const endpointOf = (id: string, change: Partial<Endpoint> = {}): Endpoint => ({ id, url: `https://${id}.example/hook`, live: true, keyId: 'k1', createdAt: 0 as Endpoint['createdAt'], ...change });

async function listening(world: World, ...endpoints: readonly Endpoint[]): Promise<void> {
  const { revision } = await world.backstage.endpoints.read(shop.merchantId);
  await world.backstage.endpoints.replace(shop.merchantId, revision, endpoints);
}

async function settled(world: World, id: string): Promise<PaymentKey> {
  const key = await accepted(world, id);
  await settlePayments(portsOf(world, east), [key]);
  return key;
}

const sent = (world: World) => world.backstage.webhooks.sent;
const bodyOf = (world: World, index = 0): unknown => JSON.parse(sent(world)[index]?.body ?? 'null');
const raised = (world: World, region: Region = east) => world.backstage.regions[region].alerts.raised;
const letters = (world: World) => world.backstage.regions[east].deadDeliveries.letters;

describe('notify: what was told long ago', () => {
  const told = async (world: World) => (await world.regions[east].outbox.list({ state: 'told', limit: 10 })).length;
  const DAY_MS = 86_400_000;

  test('thirty days later -> forgotten by the pass of the schedule, not by a hint, and never told again', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    const key = await settled(world, 'paid');
    await pass(world);
    world.clock.advance(30 * DAY_MS);
    await pass(world);
    world.clock.advance(1);
    await pass(world, [key]);
    expect(await told(world)).toBeGreaterThan(0);
    expect(await pass(world)).toMatchObject({ code: 'passed', addressed: 0, told: 0 });
    expect(await told(world)).toBe(0);
    await pass(world);
    expect(sent(world)).toHaveLength(1);
  });
});

describe('notify: who hears what', () => {
  test('processed, failed, cancelled -> each told once to the endpoint, in the words of the API', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    await settled(world, 'paid');
    world.backstage.acquirer.behave({ mode: 'decline' });
    await settled(world, 'declined');
    await accepted(world, 'undone');
    await cancelPayment(portsOf(world, east), shop, keyOf('undone').transactionId);
    world.clock.advance(60_000);
    await settlePayments(portsOf(world, east), [keyOf('undone')]);
    expect(await pass(world)).toMatchObject({ code: 'passed', addressed: 3, failed: 0 });
    expect(sent(world).map((request) => (JSON.parse(request.body) as { type: string }).type)).toEqual(['payment.processed', 'payment.failed', 'payment.cancelled']);
    expect(bodyOf(world, 1)).toEqual({
      type: 'payment.failed', timestamp: '2026-01-05T12:00:00.000Z',
      data: {
        transaction_id: 'declined', customer_id: 'customer-1', amount: '10.00', currency: 'USD', status: 'failed', error: 'card_declined',
        accepted_at: '2026-01-05T12:00:00.000Z', accepted_region: 'us-east-1', decided_at: '2026-01-05T12:00:00.000Z',
      },
    });
    expect(sent(world)[0]).toMatchObject({ url: 'https://wh_1.example/hook', secret: 'whsec_shop_wh_1', id: expect.stringMatching(/^evt_[0-9a-f]{32}$/) });
    expect(await pass(world)).toMatchObject({ addressed: 0, told: 0 });
  });

  test('endpoints for some events, for another mode, of nobody -> only those that asked are told', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_failures', { events: ['payment.failed'] }), endpointOf('wh_test', { live: false }), endpointOf('wh_all'));
    await settled(world, 'a');
    await pass(world);
    expect(sent(world).map((request) => request.url)).toEqual(['https://wh_all.example/hook']);
  });

  test('an endpoint made after the payment was accepted, before it was addressed -> told too', async () => {
    const world = await createWorld({ seed: 1 });
    const key = await settled(world, 'a');
    await listening(world, endpointOf('wh_late'));
    await pass(world, [key]);
    expect(sent(world)).toHaveLength(1);
  });

  test('above the high-value line, failed, or neither -> operators hear of the first two, under ids that stay', async () => {
    const world = await createWorld({ seed: 1 });
    for (const [id, minor] of [['on', 1_000_000n], ['above', 1_000_001n]] as const) {
      await acceptPayment(portsOf(world, east), shop, requestOf(id, { amount: { minor: minorUnits(minor), currency: 'USD' } }));
      await settlePayments(portsOf(world, east), [keyOf(id)]);
    }
    world.backstage.acquirer.behave({ mode: 'decline' });
    await settled(world, 'no');
    await pass(world);
    expect(raised(world).map((alert) => [alert.kind, alert.detail['transaction_id'], alert.detail['amount']])).toEqual([['high_value', 'above', '10000.01'], ['payment_failed', 'no', '10.00']]);
    expect(raised(world)[1]).toMatchObject({ id: expect.stringMatching(/^evt_[0-9a-f]{32}:payment_failed$/), sentence: 'A payment failed: card_declined.' });
    expect(world.backstage.regions[east].metrics.counts.get('HighValueTransaction')).toBe(1);
  });

  test('the topic of operators is away -> told once it is back', async () => {
    const world = await createWorld({ seed: 1 });
    world.backstage.acquirer.behave({ mode: 'decline' });
    await settled(world, 'no');
    const mend = world.breakage.add({ part: 'alerts', when: 'before' });
    expect(await pass(world)).toMatchObject({ told: 0, failed: 1 });
    mend();
    world.clock.advance(1200);
    expect(await pass(world)).toMatchObject({ told: 1 });
    expect(raised(world)).toHaveLength(1);
  });
});

describe('notify: who may tell', () => {
  test('not the active region, or moving -> idle, nothing told', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    await settled(world, 'a');
    expect((await pass(world, undefined, other)).code).toBe('idle');
    const record = await world.backstage.epochs.read();
    await world.backstage.epochs.compareAndSet(record, { ...record, phase: 'moving' });
    expect((await pass(world)).code).toBe('idle');
    expect(sent(world)).toEqual([]);
  });

  test('the epoch, the ledger or the lists cannot be read -> a fault, nothing told, all of it later', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    await settled(world, 'a');
    for (const part of ['epochs', 'outbox', 'endpoints'] as const) {
      const mend = world.breakage.add({ part, when: 'before' });
      await expect(pass(world)).rejects.toMatchObject({ name: 'PortFault' });
      mend();
    }
    expect(sent(world)).toEqual([]);
    expect(await pass(world)).toMatchObject({ told: 1 });
  });

  test('one merchant\'s list cannot be read, and it has more events than a page holds -> all others are told; it is, once the list can be read', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    const strange = { ...shop, merchantId: merchantId('strange') };
    const waiting = Array.from({ length: 201 }, (_, i) => ({ merchantId: strange.merchantId, transactionId: transactionId(`s${i}`) }));
    for (const { transactionId: id } of waiting) await acceptPayment(portsOf(world, east), strange, requestOf(id));
    await settlePayments(portsOf(world, east), waiting);
    await settled(world, 'a');
    const ports = notifyPorts(world);
    const read: NotifyPorts['endpoints']['read'] = async (merchant) => {
      if (merchant === strange.merchantId) throw new PortFault({ port: 'endpoints', retryable: false, message: 'of a later version' });
      return ports.endpoints.read(merchant);
    };
    expect(await notify({ ...ports, endpoints: { read, replace: ports.endpoints.replace.bind(ports.endpoints) } }, policy)).toMatchObject({ addressed: 1, told: 1 });
    expect(await pass(world)).toMatchObject({ addressed: 201 });
  });

  test('what the lost region had told or not -> told by the survivor, under the same ids, and what its ledger lost once that is back', async () => {
    const world = await createWorld({ seed: 1 });
    const { ledgers, epochs } = world.backstage;
    await listening(world, endpointOf('wh_1'));
    const known = await settled(world, 'known');
    ledgers.stallReplication();
    const lost = await settled(world, 'lost');
    await pass(world);
    const before = sent(world).map((request) => request.id);
    ledgers.stop(east);
    await ledgers.failOver(other);
    const record = await epochs.read();
    const epoch = (record.epoch + 1) as typeof record.epoch;
    await ledgers.raiseFence(other, { from: record.epoch, to: epoch });
    await epochs.compareAndSet(record, { ...record, epoch, ledgerEpoch: epoch, activeRegion: other });
    await pass(world, undefined, other);
    await settlePayments(portsOf(world, other), [known, lost]);
    await pass(world, undefined, other);
    expect(before).toHaveLength(2);
    expect(sent(world).slice(2).map((request) => request.id).toSorted()).toEqual(before.toSorted());
    expect(new Set(sent(world).map((request) => request.body)).size).toBe(2);
  });
});

describe('notify: an endpoint in trouble', () => {
  test('fails, then recovers -> tried again after each pause, told once, always under one id', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    const key = await settled(world, 'a');
    const { webhooks } = world.backstage;
    webhooks.answer('https://wh_1.example/hook', async () => (sent(world).length < 3 ? broken : ok));
    expect(await pass(world, [key])).toMatchObject({ failed: 1 });
    world.clock.advance(999);
    expect(await pass(world)).toMatchObject({ told: 0, failed: 0 });
    world.clock.advance(201);
    expect(await pass(world)).toMatchObject({ failed: 1 });
    world.clock.advance(72_000);
    expect(await pass(world)).toMatchObject({ told: 1 });
    expect(new Set(sent(world).map((request) => `${request.id} ${request.body}`)).size).toBe(1);
    expect(sent(world)).toHaveLength(3);
  });

  test('fails at every try -> dead: a dead letter, an alert, nothing more; redelivered by command: all its tries again', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    await settled(world, 'a');
    world.backstage.webhooks.answer('https://wh_1.example/hook', async () => broken);
    for (let n = 0; n < 5; n += 1) {
      await pass(world);
      world.clock.advance(100_000);
    }
    expect(sent(world)).toHaveLength(policy.retryDelaysMs.length + 1);
    expect(letters(world)).toMatchObject([{ eventId: sent(world)[0]?.id, delivery: { target: 'webhook:wh_1' } }]);
    expect(raised(world)).toMatchObject([{ kind: 'delivery_dead', id: `${sent(world)[0]?.id}:webhook:wh_1:dead` }]);
    expect(await world.backstage.regions[east].outbox.list({ state: 'dead', limit: 10 })).toMatchObject([{ failures: 3, lastAnswer: 'HTTP 500' }]);
    world.backstage.webhooks.answer('https://wh_1.example/hook', async () => ok);
    await world.backstage.regions[east].outbox.redeliver({ allDead: true }, world.clock.now());
    expect(await pass(world)).toMatchObject({ told: 1 });
    expect(new Set(sent(world).map((request) => request.id)).size).toBe(1);
  });

  test('all that one target was to hear is given up in one pass -> a letter for each, and one alert', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'), endpointOf('wh_2'));
    world.backstage.webhooks.answer('https://wh_1.example/hook', async () => broken);
    for (const id of ['a', 'b', 'c']) await settled(world, id);
    for (const pauseMs of [2000, 100_000, 0]) {
      await pass(world);
      world.clock.advance(pauseMs);
    }
    expect(letters(world)).toHaveLength(3);
    expect(raised(world).map((alert) => [alert.kind, alert.detail['target']])).toEqual([['delivery_dead', 'webhook:wh_1']]);
  });

  test('its dead letter cannot be sent -> not given up yet; sent twice rather than never', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    await settled(world, 'a');
    world.backstage.webhooks.answer('https://wh_1.example/hook', async () => broken);
    const mend = world.breakage.add({ part: 'deadDeliveries', when: 'after' });
    for (let n = 0; n < 4; n += 1) {
      await pass(world);
      world.clock.advance(100_000);
    }
    expect(await world.backstage.regions[east].outbox.list({ state: 'dead', limit: 10 })).toEqual([]);
    mend();
    await pass(world);
    expect(await world.backstage.regions[east].outbox.list({ state: 'dead', limit: 10 })).toHaveLength(1);
    expect(letters(world).length).toBeGreaterThan(1);
  });

  test('one hangs with a hundred to tell -> the others are told meanwhile, and it gets few places', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_hangs'), endpointOf('wh_good'));
    for (let n = 0; n < 100; n += 1) await settled(world, `p${n}`);
    const stuck: (() => void)[] = [];
    world.backstage.webhooks.answer('https://wh_hangs.example/hook', () => new Promise((resolve) => stuck.push(() => resolve(broken))));
    const running = pass(world);
    await expect.poll(() => sent(world).filter((request) => request.url.includes('wh_good')).length).toBe(100);
    expect(stuck).toHaveLength(4);
    world.clock.advance(policy.passMs);
    for (const release of stuck) release();
    expect(await running).toMatchObject({ told: 100, failed: 4 });
  });

  test('it was deleted, or its signing key is gone -> given up in silence, or tried again', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_gone'), endpointOf('wh_keyless', { keyId: 'k0' }));
    await settled(world, 'a');
    const events = await world.backstage.regions[east].outbox.unaddressed({ limit: 10 });
    await world.backstage.regions[east].outbox.address(events.map((event) => ({ event, targets: ['webhook:wh_gone', 'webhook:wh_keyless'] })), world.clock.now());
    await listening(world, endpointOf('wh_keyless', { keyId: 'k0' }));
    expect(await pass(world)).toMatchObject({ dead: 1, failed: 1 });
    expect([sent(world), letters(world), raised(world)]).toEqual([[], [], []]);
  });
});

describe('notify: dying in between', () => {
  test('sent, and its note is lost -> sent again when the claim has run out, under the same id', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    const key = await settled(world, 'a');
    const mend = world.breakage.add({ part: 'outbox', when: 'before', method: 'record' });
    await pass(world, [key]);
    mend();
    expect(await pass(world)).toMatchObject({ told: 0 });
    world.clock.advance(policy.leaseMs);
    expect(await pass(world)).toMatchObject({ told: 1 });
    expect(sent(world).map((request) => request.id)).toEqual([sent(world)[0]?.id, sent(world)[0]?.id]);
  });

  test('claimed, and the answer is lost -> nothing is sent until the claim has run out, then all of it', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    await settled(world, 'a');
    const mend = world.breakage.add({ part: 'outbox', when: 'after', method: 'claim', times: 1 });
    await expect(pass(world)).rejects.toMatchObject({ port: 'ledger' });
    mend();
    world.clock.advance(policy.leaseMs);
    expect(await pass(world)).toMatchObject({ told: 1 });
  });

  test('addressed, and the answer is lost -> nobody is chosen twice', async () => {
    const world = await createWorld({ seed: 1 });
    await listening(world, endpointOf('wh_1'));
    await settled(world, 'a');
    world.breakage.add({ part: 'outbox', when: 'after', method: 'address', times: 1 });
    await expect(pass(world)).rejects.toMatchObject({ port: 'ledger' });
    expect(await pass(world)).toMatchObject({ addressed: 0, told: 1 });
    expect(sent(world)).toHaveLength(1);
  });
});

test('event id: merchant, payment, refund and event name -> each makes another one; where it stands does not', () => {
  const digest = (text: string): string => text.replaceAll('\n', '|').padEnd(40, '.');
  const event = { ...keyOf('a'), place: '1', name: 'payment.processed', facts: {} };
  const ids = [event, { ...event, merchantId: keyOf('b').merchantId }, { ...event, name: 'payment.failed' }, { ...event, transactionId: keyOf('b').transactionId }, { ...event, facts: { refund_id: 'r' } }, { ...event, place: '7' }]
    .map((one) => eventId(one, (text) => digest(text).slice(-32)));
  expect(new Set(ids).size).toBe(4);
  expect(ids[5]).toBe(ids[0]);
});
