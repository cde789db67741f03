/**
 * Refunds on two real regions: given back once, never more than was charged, and the same in the journal, in the
 * surviving ledger and at the acquirer, whichever region dies at whichever of its writes.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { peerOf } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { Moment, WriteReport } from '../crash-points/crash-point.ts';
import { followsIn, isHealedIn, until, untilState } from '../crash-points/waits.ts';
import { activeRegion } from '../drill/check.ts';
import { RunningTwin } from '../drill/running-twin.ts';
import { Client, doorsOf, merchantKey, payment } from './client.ts';
import type { Answer, Doors } from './client.ts';

const SETTLE_LIMIT_MS = 60_000;
const CALL_LIMIT_MS = 4_000;

let twin: RunningTwin;
let doors: Doors;

beforeAll(async () => {
  twin = await RunningTwin.start();
  doors = doorsOf(twin);
});

afterAll(() => twin?.stop());

interface RefundBody {
  readonly refund_id: string;
  readonly amount: string;
  readonly status: string;
}

const pathOf = (id: string): string => `/payments/${id}/refunds`;
const refund = (door: Client, id: string, body: object): Promise<Answer> => door.call(pathOf(id), { body });
const listed = async (id: string, door: Client = doors.api): Promise<readonly RefundBody[]> => (await door.call(pathOf(id))).body['refunds'] as RefundBody[];

async function paid(id: string): Promise<string> {
  expect(await doors.api.pay(payment(id), '/process')).toMatchObject({ status: 200 });
  return id;
}

const untilRefunds = (id: string, statuses: readonly string[], door?: Client) =>
  vi.waitFor(async () => expect((await listed(id, door)).map(({ status }) => status)).toEqual(statuses), { timeout: SETTLE_LIMIT_MS, interval: 100 });

/** What each of the three holds of a payment's refunds, as `id amount outcome`. */
async function records(id: string, region: Region, door: Client) {
  const outcomeOf = { approved: 'processed', declined: 'failed', in_progress: 'accepted' } as const;
  const [journal, ledger, acquirer] = [await listed(id, door), await twin.ledgerRefunds(region), await twin.refunds()];
  return {
    journal: journal.map(({ refund_id: name, amount, status }) => `${name} ${Math.round(Number(amount) * 100)} ${status}`).toSorted(),
    ledger: ledger.filter((row) => row.transaction_id === id).map((row) => `${row.refund_id} ${row.amount_minor} ${row.status}`).toSorted(),
    acquirer: acquirer.filter((entry) => entry.transaction_id === id).map((entry) => `${entry.refund_id} ${entry.amount_minor} ${outcomeOf[entry.outcome]}`).toSorted(),
  };
}

const refundedMinor = async (id: string): Promise<number> => (await twin.charges()).find((charge) => charge.transaction_id === id)?.refunded_minor ?? -1;

/** Repeats until it is answered for certain, in either region, as a merchant does. */
async function insist(id: string, body: object, first: Region): Promise<number> {
  const doorOf = (region: Region): string => twin.urls.regions[region];
  const deadline = Date.now() + SETTLE_LIMIT_MS;
  for (let region = first; Date.now() < deadline; region = peerOf(region)) {
    try {
      const answer = await fetch(`${doorOf(region)}${pathOf(id)}`, {
        method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${twin.urls.apiKey}` }, signal: AbortSignal.timeout(CALL_LIMIT_MS),
      });
      await answer.text();
      if (answer.status < 500 && answer.status !== 429) return answer.status;
    } catch {
      // The region is gone, or slow.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no answer about a refund of ${id}`);
}

/** The other region takes over from one that died. */
async function takeOver(lost: Region): Promise<Region> {
  const survivor = peerOf(lost);
  await untilState(twin, `the ledger of ${lost} is gone with it`, (state) => state.regions[lost].ledger.role === 'down');
  await twin.order('/twin/failover', { to: survivor }).catch(() => undefined);
  await untilState(twin, `${survivor} is healed`, isHealedIn(survivor));
  return survivor;
}

async function mend(region: Region): Promise<void> {
  await twin.region(region, 'restore');
  await untilState(twin, `${region} follows`, followsIn(region));
}

describe('refunds: both regions up', () => {
  test('a part through each region and then the rest -> 202, repeated 200, processed, and all three records agree in both ledgers', async () => {
    const id = await paid('parts');
    const first = await refund(doors.east1, id, { refund_id: 'r-1', amount: '2.50' });
    expect(first).toMatchObject({ status: 202, body: { refund_id: 'r-1', transaction_id: id, amount: '2.50', status: 'accepted' } });
    expect(await refund(doors.east2, id, { refund_id: 'r-1', amount: 2.5 })).toMatchObject({ status: 200, body: first.body });
    expect((await refund(doors.east2, id, { refund_id: 'r-2', amount: '3' })).status).toBe(202);
    expect((await refund(doors.api, id, { refund_id: 'r-3' })).body).toMatchObject({ amount: '4.50' });
    expect(await refund(doors.east1, id, { refund_id: 'r-4', amount: '0.01' })).toMatchObject({ status: 409, body: { code: 'exceeds_charge' } });
    await untilRefunds(id, ['processed', 'processed', 'processed']);
    const expected = ['r-1 250 processed', 'r-2 300 processed', 'r-3 450 processed'];
    expect(await records(id, 'us-east-1', doors.api)).toEqual({ journal: expected, ledger: expected, acquirer: expected });
    await vi.waitFor(async () => expect((await twin.ledgerRefunds('us-east-2')).filter((row) => row.transaction_id === id)).toHaveLength(3), { timeout: 10_000 });
    expect(await refundedMinor(id)).toBe(1000);
    expect((await doors.api.read(id)).body).toMatchObject({ status: 'processed' });
  });

  test('of another merchant, of nobody, of a payment that failed -> 404, 404, 409', async () => {
    const id = await paid('mine');
    const stranger = new Client(twin.urls.api, await merchantKey(twin, 'stranger'));
    expect(await refund(stranger, id, { refund_id: 'r-1' })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await refund(doors.api, 'nobody', { refund_id: 'r-1' })).status).toBe(404);
    await twin.behave({ mode: 'decline', match: '^refused$' });
    expect((await doors.api.pay(payment('refused'), '/process')).status).toBe(402);
    expect(await refund(doors.api, 'refused', { refund_id: 'r-1' })).toMatchObject({ status: 409, body: { code: 'not_refundable' } });
  });

  test('answers lost, in progress, declined, failing -> each refund once or not at all, and what failed may be given back anew', async () => {
    const ids = await Promise.all(['silent', 'busy', 'declined', 'failing'].map((name) => paid(`odd-${name}`)));
    await twin.behave({ mode: 'charge_no_answer', match: '^odd-silent$', count: 1 });
    await twin.behave({ mode: 'in_progress', match: '^odd-busy$', count: 1, delayMs: 1_500 });
    await twin.behave({ mode: 'decline', match: '^odd-declined$', count: 1 });
    await twin.behave({ mode: 'fail', match: '^odd-failing$', count: 2 });
    for (const id of ids) expect((await refund(doors.east2, id, { refund_id: 'r-1' })).status).toBe(202);
    for (const id of ids) await untilRefunds(id, [id === 'odd-declined' ? 'failed' : 'processed']);
    expect((await refund(doors.east1, 'odd-declined', { refund_id: 'r-2' })).status).toBe(202);
    await untilRefunds('odd-declined', ['failed', 'processed']);
    for (const id of ids) expect(await refundedMinor(id)).toBe(1000);
    await twin.behave({ mode: 'approve' });
  });
});

describe('refunds: the active region is lost', () => {
  test('50 parts at once through both regions, together more than the charge, and the active region dies in the middle -> never more than the charge, and all three records agree', async () => {
    const region = await activeRegion(twin);
    const id = await paid('race');
    const third = Promise.withResolvers<void>();
    let answered = 0;
    const asking = Array.from({ length: 50 }, async (_, n) => {
      const status = await insist(id, { refund_id: `r-${n}`, amount: '0.70' }, n % 2 === 0 ? region : peerOf(region));
      if ((answered += 1) === 3) third.resolve();
      return status;
    });
    await third.promise;
    const killing = twin.region(region, 'kill');
    expect(answered).toBeLessThan(50);
    await killing;
    const survivor = await takeOver(region);
    const statuses = await Promise.all(asking);
    // Ten dollars hold fourteen of these.
    expect(statuses.filter((status) => status === 202 || status === 200)).toHaveLength(14);
    expect(statuses.filter((status) => status === 409)).toHaveLength(36);
    const door = new Client(twin.urls.regions[survivor], twin.urls.apiKey);
    await untilRefunds(id, Array.from({ length: 14 }, () => 'processed'), door);
    const { journal, ledger, acquirer } = await records(id, survivor, door);
    expect({ ledger, acquirer }).toEqual({ ledger: journal, acquirer: journal });
    expect(await refundedMinor(id)).toBe(980);
    await mend(region);
  }, 180_000);

  test('told as processed, and its row never replicated -> restored by the other region after its payment, and not given back again', async () => {
    const region = await activeRegion(twin);
    await twin.service(region, 'replication', { fail: true });
    const id = await paid('lost-tail');
    await refund(doors.api, id, { refund_id: 'r-1', amount: '4.00' });
    await untilRefunds(id, ['processed']);
    await twin.region(region, 'kill');
    const survivor = await takeOver(region);
    const door = new Client(twin.urls.regions[survivor], twin.urls.apiKey);
    const expected = ['r-1 400 processed'];
    expect(await records(id, survivor, door)).toEqual({ journal: expected, ledger: expected, acquirer: expected });
    expect((await twin.refunds()).find((entry) => entry.transaction_id === id)).toMatchObject({ requests: 1 });
    await twin.service(region, 'replication', { fail: false });
    await mend(region);
  }, 120_000);

  test.each<{ readonly kind: string; readonly when: Moment }>([
    { kind: 'refund accept', when: 'sent' },
    { kind: 'acquirer refund', when: 'answered' },
    { kind: 'refund decide', when: 'sent' },
    { kind: 'ledger refund', when: 'answered' },
    { kind: 'journal mark', when: 'before' },
  ])('dies at its first $kind, $when -> accepted once, given back once, in the surviving ledger', async ({ kind, when }) => {
    const region = await activeRegion(twin);
    const id = await paid(`crash-${kind.replace(' ', '-')}`);
    await twin.order(`/twin/regions/${region}/die-at`, { write: 1, when, kind });
    const asked = insist(id, { refund_id: 'r-1', amount: '4.00' }, region);
    await until(`${region} dies`, async () => !(await twin.state()).regions[region].up);
    const writes = (await (await fetch(`${twin.urls.console}/twin/regions/${region}/writes`)).json()) as WriteReport[];
    const survivor = await takeOver(region);
    expect([200, 202]).toContain(await asked);
    const door = new Client(twin.urls.regions[survivor], twin.urls.apiKey);
    await untilRefunds(id, ['processed'], door);
    const expected = ['r-1 400 processed'];
    expect(await records(id, survivor, door)).toEqual({ journal: expected, ledger: expected, acquirer: expected });
    expect(await refundedMinor(id)).toBe(400);
    expect(writes.find((write) => write.dies)).toMatchObject({ kind, dies: when });
    await mend(region);
  }, 120_000);
});
