// Checkout sessions on a real twin: opened in one region and paid in the other, also when the first is gone; two payments
// for one session; a second card; what is forged, expired or repeated; a caller's region that dies in the middle.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { peerOf } from '@understudy/core';
import type { Region } from '@understudy/core';
import { followsIn, isHealedIn, untilState } from '../crash-points/waits.ts';
import { activeRegion } from '../drill/check.ts';
import { RunningTwin } from '../drill/running-twin.ts';
import { Client, merchantKey, payment } from './client.ts';
import type { Answer } from './client.ts';

const SETTLE_LIMIT_MS = 20_000;
/** A customer whose id a session's id does not carry: only the copies of the table know it. */
const longCustomer = 'c'.repeat(100);
const east: Region = 'us-east-1';
const other: Region = 'us-east-2';

let twin: RunningTwin;
let doors: Readonly<Record<Region, Client>>;
/** The shortest there can be, opened at the very beginning. */
let short: string;
let shortPaid: string;

beforeAll(async () => {
  twin = await RunningTwin.start();
  const door = (region: Region) => new Client(twin.urls.regions[region], twin.urls.apiKey);
  doors = { 'us-east-1': door(east), 'us-east-2': door(other) };
  short = await open(east, { expires_in_s: 10 });
  shortPaid = await open(other, { expires_in_s: 10 });
  await twin.behave({ mode: 'decline', match: '^declined' });
  await twin.behave({ mode: 'fail', match: '^held' });
  expect((await pay(east, 'short-paid', shortPaid)).status).toBe(202);
});

afterAll(() => twin?.stop());

const sessionOf = (region: Region, fields: object = {}): Promise<Answer> =>
  doors[region].call('/sessions', { body: { customer_id: 'customer-1', amount: '10.00', currency: 'USD', ...fields } });

async function open(region: Region, fields: object = {}): Promise<string> {
  const { status, body } = await sessionOf(region, fields);
  expect({ status, body }).toMatchObject({ status: 201, body: { status: 'open' } });
  return String(body['session_id']);
}

const read = (region: Region, id: string): Promise<Answer> => doors[region].call(`/sessions/${id}`);
const pay = (region: Region, id: string, session: string, fields: object = {}, path = '/payments'): Promise<Answer> => doors[region].pay(payment(id, { session_id: session, ...fields }), path);
const code = ({ status, body }: Answer): string => `${status} ${String(body['code'] ?? body['status'])}`;
const untilSession = (id: string, status: string, region: Region = other) =>
  vi.waitFor(async () => expect((await read(region, id)).body).toMatchObject({ status }), { timeout: SETTLE_LIMIT_MS, interval: 100 });
const untilPaid = (id: string, status: string, region: Region = other) =>
  vi.waitFor(async () => expect((await doors[region].read(id)).body).toMatchObject({ status }), { timeout: SETTLE_LIMIT_MS, interval: 100 });
/** What a session got charged, and voided again. */
const chargesOf = async (prefix: string) => (await twin.charges()).filter((charge) => charge.transaction_id.startsWith(prefix));
const netOf = async (prefix: string) => (await chargesOf(prefix)).reduce((sum, charge) => sum + charge.charges - charge.voids, 0);

describe('sessions: both regions up', () => {
  test('opened in one region -> read and paid in the other at once, both ways, through every door; then paid', async () => {
    for (const [from, path] of [[east, '/payments'], [other, '/process'], [east, '/validate']] as const) {
      const opened = await sessionOf(from, { expires_in_s: 60 });
      const id = String(opened.body['session_id']);
      expect(opened).toMatchObject({ status: 201, body: { session_id: expect.stringMatching(/^[A-Za-z0-9._:-]{1,128}$/), customer_id: 'customer-1', amount: '10.00', currency: 'USD', status: 'open' } });
      expect(await read(peerOf(from), id)).toMatchObject({ status: 200, body: opened.body });
      const transaction = `cross-${from}-${path.slice(1)}`;
      expect((await pay(peerOf(from), transaction, id, {}, path)).status).toBeLessThan(300);
      await untilSession(id, 'paid', from);
      expect(await chargesOf(transaction)).toMatchObject([{ charges: 1, voids: 0 }]);
      expect(code(await pay(from, `${transaction}-again`, id))).toBe('409 session_paid');
    }
  });

  test('replication delayed, then cut -> read in the other region all the same, by asking the first; mended -> there', async () => {
    await twin.service(east, 'sessions-replication', { fail: false, delayMs: 2000 });
    const late = await open(east, { customer_id: longCustomer });
    // A busy machine may have made one region forget about the other's endpoint for a moment: a 503 is repeated.
    await vi.waitFor(async () => expect(await read(other, late)).toMatchObject({ status: 200, body: { customer_id: longCustomer } }), { timeout: 10_000 });
    await twin.service(east, 'sessions-replication', { fail: true });
    const cut = await open(east, { customer_id: longCustomer });
    await vi.waitFor(async () => expect((await read(other, cut)).status).toBe(200), { timeout: 10_000 });
    await twin.service(other, 'dynamodb-peer', { fail: true });
    expect(await read(other, cut)).toMatchObject({ status: 503, retryAfter: '1' });
    await twin.service(east, 'sessions-replication', { fail: false });
    await vi.waitFor(async () => expect((await read(other, cut)).status).toBe(200), { timeout: 10_000 });
    await twin.service(other, 'dynamodb-peer', { fail: false });
  });

  test('two payments race for one session, one in each region, 40 times -> exactly one is accepted and charged, the other is refused', async () => {
    const races = await Promise.all(Array.from({ length: 40 }, async (_, n) => {
      const session = await open(n % 2 === 0 ? east : other);
      const answers = await Promise.all([pay(east, `race-${n}-a`, session), pay(other, `race-${n}-b`, session)]);
      // Two writes of one item at once may end in "unknown": then the same is sent again, as anybody would.
      const settled = await Promise.all(answers.map((answer, side) => vi.waitFor(async () => {
        const now = answer.status === 503 ? await pay(side === 0 ? east : other, `race-${n}-${'ab'[side]}`, session) : answer;
        expect(now.status).not.toBe(503);
        return now;
      }, { timeout: 10_000 })));
      return { session, codes: settled.map(code).toSorted() };
    }));
    for (const { codes } of races) {
      expect([codes[0], codes[1]?.split(' ')[0]]).toEqual([expect.stringMatching(/^20[02] accepted$/), '409']);
      expect(['409 session_in_use', '409 session_paid']).toContain(codes[1]);
    }
    for (const { session } of races) await untilSession(session, 'paid');
    expect(await netOf('race-')).toBe(40);
    for (let n = 0; n < 40; n += 1) expect(await netOf(`race-${n}-`)).toBe(1);
  }, 60_000);

  test('20 payments at once for one session, in both regions -> one', async () => {
    const session = await open(east);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => pay(n % 2 === 0 ? east : other, `crowd-${n}`, session)));
    expect(answers.filter((answer) => answer.status < 300)).toHaveLength(1);
    expect(answers.every((answer) => [202, 409, 503].includes(answer.status))).toBe(true);
    await untilSession(session, 'paid');
    expect(await netOf('crowd-')).toBe(1);
  });

  test('declined, then a second card in the other region; the first again -> its own answer, and one charge', async () => {
    const session = await open(other);
    const declined = await pay(east, 'declined-1', session, {}, '/process');
    expect(declined.status).toBe(402);
    expect((await read(other, session)).body).toMatchObject({ status: 'open' });
    expect((await pay(other, 'second-card-1', session, { payment_method: 'card_two' }, '/process')).status).toBe(200);
    expect((await pay(other, 'declined-1', session, {}, '/process')).body).toEqual(declined.body);
    expect((await pay(east, 'second-card-1', session, { payment_method: 'card_two' }, '/process')).status).toBe(200);
    expect([code(await pay(east, 'third-card-1', session)), await netOf('declined-1'), await netOf('second-card-1')]).toEqual(['409 session_paid', 0, 1]);
  });

  test('held by an undecided payment -> 409 for others; cancelled -> free', async () => {
    const session = await open(east);
    expect((await pay(east, 'held-1', session)).status).toBe(202);
    expect(code(await pay(other, 'waits-1', session))).toBe('409 session_in_use');
    expect((await doors[other].cancel('held-1')).status).toBe(200);
    expect((await pay(other, 'waits-1', session, {}, '/process')).status).toBe(200);
    expect([await netOf('held-1'), await netOf('waits-1')]).toEqual([0, 1]);
  });

  test('another amount, currency or customer -> 400 by its field; forged or of another merchant -> 400 and 404; a session left out or changed in a repeat -> 409', async () => {
    const session = await open(east);
    for (const [field, value] of [['amount', '10.01'], ['currency', 'EUR'], ['customer_id', 'customer-2']] as const) {
      expect(await pay(other, 'unlike-1', session, { [field]: value })).toMatchObject({ status: 400, body: { code: 'invalid_request', field } });
    }
    const forged = session.replace(/\.3e8\./, '.3e7.');
    expect(forged).not.toBe(session);
    for (const id of [forged, `${session}A`, 'cs_1.none']) {
      expect(await pay(other, 'unlike-1', id)).toMatchObject({ status: 400, body: { field: 'session_id' } });
      expect((await read(other, id)).status).toBe(404);
    }
    const stranger = new Client(twin.urls.regions[other], await merchantKey(twin, 'stranger'));
    expect((await stranger.call(`/sessions/${session}`)).status).toBe(404);
    expect(await stranger.pay(payment('unlike-1', { session_id: session }))).toMatchObject({ status: 400, body: { field: 'session_id' } });
    for (const body of [{ amount: '10.00', currency: 'USD' }, { customer_id: 'c', amount: '0', currency: 'USD' }, { customer_id: 'c', amount: '1', currency: 'USD', expires_in_s: 9 }]) {
      expect(await doors[east].call('/sessions', { body })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
    expect((await pay(other, 'once-1', session)).status).toBe(202);
    expect(code(await doors[other].pay(payment('once-1')))).toBe('409 idempotency_conflict');
    expect(code(await pay(other, 'once-1', await open(other)))).toBe('409 idempotency_conflict');
    expect((await pay(east, 'once-1', session)).status).toBe(200);
    expect((await doors[other].read('unlike-1')).status).toBe(404);
  });

  test('expired -> 409, and told so; paid in time -> paid, and the same payment again has its answer', async () => {
    await vi.waitFor(async () => expect((await read(other, short)).body).toMatchObject({ status: 'expired' }), { timeout: 15_000, interval: 200 });
    for (const region of [east, other]) expect(code(await pay(region, 'too-late', short))).toBe('409 session_expired');
    expect((await doors[east].read('too-late')).status).toBe(404);
    expect((await read(east, shortPaid)).body).toMatchObject({ status: 'paid' });
    for (const region of [east, other]) expect((await pay(region, 'short-paid', shortPaid)).status).toBe(200);
    expect(await netOf('short-paid')).toBe(1);
  });
});

describe('sessions: a region is lost', () => {
  test.each([
    { id: 'dies-1', next: 'the same id again', kind: 'session hold', when: 'sent' },
    { id: 'dies-2', next: 'another id', kind: 'journal accept', when: 'before' },
  ] as const)('the region dies after a payment held the session and before it is accepted, and then $next, in the other -> one payment, one charge', async ({ id, kind, when }) => {
    const dying = await activeRegion(twin);
    const alive = peerOf(dying);
    const session = await open(dying);
    await twin.order(`/twin/regions/${dying}/die-at`, { kind, write: 1, when });
    await pay(dying, id, session).catch(() => undefined);
    await untilState(twin, `${dying} died`, (state) => !state.regions[dying].up);
    const next = id === 'dies-1' ? id : 'heir-2';
    if (next !== id) expect(code(await pay(alive, next, session))).toBe('409 session_in_use');
    await vi.waitFor(async () => expect((await pay(alive, next, session)).status).toBeLessThan(300), { timeout: 10_000, interval: 200 });
    if (next !== id) expect(code(await pay(alive, id, session))).toBe('409 idempotency_conflict');
    await untilState(twin, `${alive} is healed`, isHealedIn(alive));
    await untilSession(session, 'paid', alive);
    expect((await netOf(id)) + (next === id ? 0 : await netOf(next))).toBe(1);
    await twin.region(dying, 'restore');
    await untilState(twin, `${dying} follows`, followsIn(dying));
  }, 90_000);

  test('opened in a region that is killed a moment later, before anything replicated -> paid in the other; read from its id, else 503; there again when it returns', async () => {
    const lost = await activeRegion(twin);
    const alive = peerOf(lost);
    await twin.service(lost, 'sessions-replication', { fail: true });
    const [session, long] = [await open(lost), await open(lost, { customer_id: longCustomer })];
    await twin.region(lost, 'kill');
    await vi.waitFor(async () => expect(await read(alive, session)).toMatchObject({ status: 200, body: { status: 'open', customer_id: 'customer-1' } }), { timeout: 10_000 });
    expect((await read(alive, long)).status).toBe(503);
    expect((await pay(alive, 'orphan-1', session)).status).toBeLessThan(300);
    expect((await pay(alive, 'orphan-2', long, { customer_id: longCustomer })).status).toBeLessThan(300);
    const here = await open(alive, { customer_id: longCustomer });
    await untilState(twin, `${alive} is healed`, isHealedIn(alive));
    await untilPaid('orphan-2', 'processed', alive);
    await untilSession(session, 'paid', alive);
    await twin.service(lost, 'sessions-replication', { fail: false });
    await twin.region(lost, 'restore');
    await untilState(twin, `${lost} follows`, followsIn(lost));
    await vi.waitFor(async () => expect(await read(alive, long)).toMatchObject({ status: 200, body: { status: 'paid', customer_id: longCustomer } }), { timeout: 10_000 });
    await twin.service(lost, 'dynamodb-peer', { fail: true });
    await vi.waitFor(async () => expect((await read(lost, here)).status).toBe(200), { timeout: 10_000 });
    await twin.service(lost, 'dynamodb-peer', { fail: false });
    const outcomes = new Map((await twin.ledger(alive)).map((row) => [row.transaction_id, row.status]));
    for (const { transaction_id: id, charges, voids } of await twin.charges()) expect([id, charges - voids]).toEqual([id, outcomes.get(id) === 'processed' ? 1 : 0]);
  }, 90_000);
});
