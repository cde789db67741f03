/**
 * What becomes of payments is told: to endpoints that work, fail, hang, redirect and recover, and to operators in both
 * regions; through a region's death under load, and through a death between telling and noting that it was told.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { peerOf } from '@understudy/core';
import type { Region } from '@understudy/core';
import { followsIn, isHealedIn, untilState } from '../crash-points/waits.ts';
import { activeRegion } from '../drill/check.ts';
import { eventFeed } from '../drill/event-feed.ts';
import type { FeedEvent } from '../drill/event-feed.ts';
import { RunningTwin } from '../drill/running-twin.ts';
import { doorsOf, payment } from './client.ts';
import type { Client, Doors } from './client.ts';
import { Receiver } from './receiver.ts';

const TELL_LIMIT_MS = 60_000;
const MOVE_LIMIT_MS = 180_000;

let twin: RunningTwin;
let doors: Doors;
let receiver: Receiver;
let events: FeedEvent[];
let listening: AbortController;

beforeAll(async () => {
  receiver = await Receiver.start();
  twin = await RunningTwin.start({ webhooks: 'any' });
  doors = doorsOf(twin);
  listening = new AbortController();
  events = [];
  void listen().catch(() => {});
  await listensAt('/all', doors.east1);
});

afterAll(async () => {
  listening?.abort();
  await twin?.stop();
  await receiver?.close();
});

/** The twin's event stream, as operators have it. */
async function listen(): Promise<void> {
  for await (const event of eventFeed(twin.urls.console, listening.signal)) events.push(event);
}

async function listensAt(path: string, client: Client, more: object = {}): Promise<string> {
  const made = await client.call('/webhooks', { body: { url: receiver.urlOf(path), ...more } });
  expect(made.status).toBe(201);
  receiver.expectSecret(path, String(made.body['secret']));
  return String(made.body['webhook_id']);
}

async function deafTo(id: string): Promise<void> {
  expect((await doors.api.call(`/webhooks/${id}`, { method: 'DELETE' })).status).toBe(200);
}

const eventually = (check: () => unknown, timeout = TELL_LIMIT_MS) => vi.waitFor(check, { timeout, interval: 200 });
const alerts = (kind: string, id: string) => events.filter((event) => event.type === 'alert' && event['kind'] === kind && JSON.stringify(event).includes(id));

/** As an operator does. */
async function understudy(...args: readonly string[]): Promise<{ readonly code: number; readonly json: Record<string, unknown> }> {
  const bin = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
  const run = promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', bin, ...args, '--json', '--url', twin.urls.console]);
  const { code, stdout } = await run.then(({ stdout: out }) => ({ code: 0, stdout: out }), (error: { code: number; stdout: string }) => error);
  return { code, json: JSON.parse(stdout) as Record<string, unknown> };
}

/** Everything heard of these payments so far: each outcome at least once, each payment under one id and in the same words. */
function expectTold(ids: readonly string[], path = '/all'): void {
  for (const id of ids) {
    const told = receiver.toldOf(id, path);
    expect(told.length, `${id} was told`).toBeGreaterThan(0);
    expect(new Set(told.map((one) => `${one.id} ${one.body}`)).size, `${id} was always told alike`).toBe(1);
  }
}

async function expectInTheBooks(region: Region): Promise<void> {
  const rows = new Map((await twin.ledger(region)).map((row) => [row.transaction_id, row.status]));
  for (const told of receiver.told) expect([told.transactionId, rows.get(told.transactionId)]).toEqual([told.transactionId, told.status]);
}

describe('notifications: while all is well', () => {
  test('processed, failed, cancelled, through both regions -> told, signed, as the API shows them; failures to operators of both regions', async () => {
    await twin.behave({ mode: 'decline', match: '^told-no' });
    await twin.behave({ mode: 'delay', match: '^told-undone', delayMs: 1_000 });
    expect((await doors.east1.pay(payment('told-yes'))).status).toBe(202);
    expect((await doors.east2.pay(payment('told-no'))).status).toBe(202);
    expect((await doors.east2.pay(payment('told-high', { amount: '10000.01' }))).status).toBe(202);
    expect((await doors.east1.pay(payment('told-undone'))).status).toBe(202);
    expect((await doors.east2.cancel('told-undone')).status).toBe(200);
    await eventually(() => expectTold(['told-yes', 'told-no', 'told-high', 'told-undone']));
    expect(receiver.toldOf('told-undone', '/all')[0]).toMatchObject({ type: 'payment.cancelled', status: 'cancelled' });
    expect(receiver.toldOf('told-no', '/all')[0]).toMatchObject({ type: 'payment.failed', status: 'failed' });
    const { data } = JSON.parse(receiver.toldOf('told-yes', '/all')[0]?.body ?? '{}') as { data: Record<string, unknown> };
    const { body } = await doors.east2.read('told-yes');
    for (const field of ['transaction_id', 'customer_id', 'amount', 'currency', 'status', 'accepted_at', 'accepted_region']) expect(data[field]).toBe(body[field]);
    await eventually(() => {
      for (const [kind, id] of [['payment_failed', 'told-no'], ['high_value', 'told-high']] as const) {
        expect(alerts(kind, id)).toHaveLength(1);
        expect(events).toContainEqual(expect.objectContaining({ type: 'alert_copy', heard_in: 'us-east-2', alert_id: alerts(kind, id)[0]?.['alert_id'] }));
      }
    });
    await twin.behave({ mode: 'approve' });
    expect(receiver.wrong).toEqual([]);
  }, TELL_LIMIT_MS);

  test('an endpoint for failures only, and one that was removed -> hear what they asked for', async () => {
    const failures = await listensAt('/failures', doors.east2, { events: ['payment.failed'] });
    const removed = await listensAt('/removed', doors.east1);
    expect((await doors.api.call('/webhooks')).body['webhooks']).toHaveLength(3);
    await deafTo(removed);
    await twin.behave({ mode: 'decline', match: '^choosy-no' });
    await Promise.all(['choosy-yes', 'choosy-no'].map((id) => doors.api.pay(payment(id))));
    await eventually(() => {
      expectTold(['choosy-yes', 'choosy-no']);
      expectTold(['choosy-no'], '/failures');
    });
    expect([receiver.toldOf('choosy-yes', '/failures'), receiver.asked.get('/removed')]).toEqual([[], undefined]);
    await twin.behave({ mode: 'approve' });
    await deafTo(failures);
  }, TELL_LIMIT_MS);

  test('endpoints that fail, hang and redirect -> hold nobody else up, are told once they recover, and nobody follows a redirect', async () => {
    const paths = ['/fails', '/hangs', '/redirects'] as const;
    const endpoints: string[] = [];
    for (const [n, behaviour] of (['fail', 'hang', 'redirect'] as const).entries()) {
      const path = paths[n] ?? '';
      receiver.behave(path, behaviour);
      endpoints.push(await listensAt(path, doors.api));
    }
    const ids = Array.from({ length: 10 }, (_, n) => `trouble-${n}`);
    await Promise.all(ids.map((id) => doors.api.pay(payment(id))));
    await eventually(() => expectTold(ids), 15_000);
    await eventually(() => {
      for (const path of paths) expect(receiver.asked.get(path)).toBeGreaterThan(0);
    });
    expect((await understudy('webhooks', 'list', '--state', 'pending')).json['deliveries']).toContainEqual(expect.objectContaining({ last_answer: 'HTTP 302' }));
    for (const path of paths) receiver.behave(path, 'take');
    await eventually(() => {
      for (const path of paths) expectTold(ids, path);
    });
    expect([receiver.asked.get('/redirected'), receiver.wrong]).toEqual([undefined, []]);
    for (const id of endpoints) await deafTo(id);
  }, 2 * TELL_LIMIT_MS);

  test('an endpoint that fails at every try -> dead, operators hear of it; redelivered by command: told, under the same id', async () => {
    receiver.behave('/dead', 'fail');
    const endpoint = await listensAt('/dead', doors.api);
    await doors.api.pay(payment('dead-letter'));
    await eventually(async () => expect((await understudy('webhooks', 'list')).json['deliveries']).toMatchObject([{ transaction_id: 'dead-letter', last_answer: 'HTTP 500', failures: 7 }]));
    await eventually(() => expect(alerts('delivery_dead', 'dead-letter')).toHaveLength(1));
    const tries = receiver.asked.get('/dead');
    receiver.behave('/dead', 'take');
    const [dead] = (await understudy('webhooks', 'list')).json['deliveries'] as { delivery: string; event_id: string }[];
    expect(await understudy('webhooks', 'redeliver', dead?.delivery ?? '')).toEqual({ code: 0, json: { redelivered: 1 } });
    await eventually(() => expect(receiver.toldOf('dead-letter', '/dead').map((one) => one.id)).toEqual([dead?.event_id]));
    expect([tries, (await understudy('webhooks', 'list')).code]).toEqual([7, 0]);
    await deafTo(endpoint);
  }, 2 * TELL_LIMIT_MS);

  test('the topic, the queue and every hint are away -> told by the schedule all the same', async () => {
    await twin.service('us-east-1', 'sqs', { fail: true });
    expect((await doors.east1.pay(payment('no-hints'))).status).toBe(202);
    await eventually(() => expectTold(['no-hints']));
    await twin.service('us-east-1', 'sqs', { fail: false });
  }, TELL_LIMIT_MS);
});

describe('notifications: through the death of a region', () => {
  const moved = async (from: Region): Promise<void> => {
    await untilState(twin, `${peerOf(from)} is active and healed`, isHealedIn(peerOf(from)));
  };
  const back = async (region: Region): Promise<void> => {
    await twin.region(region, 'restore');
    await untilState(twin, `${region} follows`, followsIn(region));
  };

  test('killed under load -> every outcome is told, none that the surviving ledger does not hold', async () => {
    const dying = await activeRegion(twin);
    const ids: string[] = [];
    let n = 0;
    const load = async (until: number): Promise<void> => {
      while (Date.now() < until) {
        n += 1;
        const id = `storm-${n}`;
        const door = n % 2 === 0 ? doors.east1 : doors.east2;
        const answer = await door.pay(payment(id)).catch(() => undefined);
        if (answer?.status === 202) ids.push(id);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const storm = Promise.all(Array.from({ length: 4 }, () => load(Date.now() + 8_000)));
    await eventually(() => expect(receiver.told.filter((one) => one.transactionId.startsWith('storm-')).length).toBeGreaterThan(20));
    await twin.region(dying, 'kill');
    await storm;
    await moved(dying);
    await eventually(() => expectTold(ids));
    expect(ids.length).toBeGreaterThan(50);
    await expectInTheBooks(peerOf(dying));
    expect(receiver.wrong).toEqual([]);
    await back(dying);
  }, MOVE_LIMIT_MS);

  test('dies after an endpoint took it, before that is noted -> the survivor tells it again, under the same id', async () => {
    const dying = await activeRegion(twin);
    await twin.order(`/twin/regions/${dying}/die-at`, { write: 1, when: 'answered', kind: 'webhook send' });
    await doors[dying === 'us-east-1' ? 'east2' : 'east1'].pay(payment('told-twice'));
    await untilState(twin, `${dying} is dead`, (state) => !state.regions[dying].up);
    expect(receiver.toldOf('told-twice', '/all')).toHaveLength(1);
    await moved(dying);
    await eventually(() => expect(receiver.toldOf('told-twice', '/all').length).toBeGreaterThan(1));
    expectTold(['told-twice']);
    await expectInTheBooks(peerOf(dying));
    await back(dying);
  }, MOVE_LIMIT_MS);
});
