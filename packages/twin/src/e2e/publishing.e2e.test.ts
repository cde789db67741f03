// Receipts and settlement files over two real regions: what every merchant and every bank would hold afterwards. The
// judge reads the buckets' own folders, with every version ever put, and the surviving ledger.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseSettlementFile, peerOf, regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import { followsIn, isHealedIn, isOpenIn, until, untilState } from '../crash-points/waits.ts';
import { activeRegion } from '../drill/check.ts';
import { RunningTwin } from '../drill/running-twin.ts';
import type { LedgerRowBody } from '../drill/running-twin.ts';
import { Bucket } from '../stand-ins/s3/index.ts';
import { doorsOf, payment } from './client.ts';

/** The twin's payments are paid with test keys. */
const FILES = 'test-settlements/';
const WAIT = { timeout: 60_000, interval: 250 };

let twin: RunningTwin;

beforeAll(async () => {
  twin = await RunningTwin.start({ failover: 'approval' });
});

afterAll(() => twin?.stop());

const today = (): string => new Date().toISOString().slice(0, 10);
const bucketOf = (region: Region): Bucket => new Bucket(join(twin.dataDir, 'buckets', region));
const keysIn = (region: Region, prefix: string): readonly string[] => bucketOf(region).keys({ prefix, after: '', limit: 100_000 }).map((version) => version.key);
/** What was given back, by entry id: all of it is processed in the end. */
const refunds = new Map<string, { readonly amountMinor: bigint; readonly currency: string }>();
const processed = async (): Promise<readonly LedgerRowBody[]> => (await twin.ledger(await activeRegion(twin))).filter((row) => row.status === 'processed');

/** Payments through both regions, in two currencies; their ids. */
async function pay(prefix: string, count: number, only?: Region): Promise<readonly string[]> {
  const doors = doorsOf(twin);
  return Promise.all(Array.from({ length: count }, async (_, n) => {
    const id = `${prefix}-${String(n).padStart(3, '0')}`;
    const door = (only ?? regions[n % 2]) === 'us-east-1' ? doors.east1 : doors.east2;
    expect((await door.pay(payment(id, { amount: `${n + 1}.25`, currency: n % 3 === 0 ? 'EUR' : 'USD' }))).status).toBe(202);
    return id;
  }));
}

const untilBooked = (ids: readonly string[]) =>
  vi.waitFor(async () => {
    const rows = new Set((await processed()).map((row) => row.transaction_id));
    expect(ids.filter((id) => !rows.has(id))).toEqual([]);
  }, WAIT);

/** Gives back one unit of each, through the region named, and waits until it stands in the books. */
async function refund(ids: readonly string[], through: Region): Promise<void> {
  const doors = doorsOf(twin);
  const door = through === 'us-east-1' ? doors.east1 : doors.east2;
  const rows = new Map((await processed()).map((row) => [row.transaction_id, row]));
  for (const id of ids) {
    // Refundable only once its outcome is told.
    await vi.waitFor(async () => expect((await door.call(`/payments/${id}/refunds`, { body: { refund_id: 'r1', amount: '1.00' } })).status).toBe(202), WAIT);
    refunds.set(`demo/${id}~r1`, { amountMinor: -100n, currency: rows.get(id)?.currency ?? '' });
  }
  await vi.waitFor(async () => {
    for (const id of ids) expect(JSON.stringify((await door.call(`/payments/${id}/refunds`)).body)).toContain('"processed"');
  }, WAIT);
}

const entriesOfBooks = async (): Promise<readonly string[]> => [...(await processed()).map((row) => `${row.merchant_id}/${row.transaction_id}`), ...refunds.keys()].toSorted();

const untilReceipts = (region: Region) =>
  vi.waitFor(async () => {
    const written = keysIn(region, 'receipts/').map((key) => key.split('/').slice(2).join('/').replace('.json', ''));
    expect(written.toSorted()).toEqual(await entriesOfBooks());
  }, WAIT);

const closeToday = async (region: Region): Promise<void> => void (await twin.order(`/twin/regions/${region}/publish`, { through: today() }));

/** Every line of every settlement file that stands in the bucket. */
function linesIn(region: Region): readonly { readonly entryId: string; readonly amountMinor: bigint; readonly currency: string }[] {
  const bucket = bucketOf(region);
  return keysIn(region, FILES).flatMap((key) => {
    const version = bucket.find(key);
    const currency = key.split('/')[2] ?? '';
    const parsed = version && parseSettlementFile(bucket.read(version).toString('utf8'), currency);
    if (!parsed) throw new Error(`${key} cannot be read`);
    return parsed.lines.map((line) => ({ ...line, currency }));
  });
}

async function expectAllSettledOnce(region: Region): Promise<void> {
  const rows = await processed();
  const lines = linesIn(region);
  expect(lines.map((line) => line.entryId).toSorted()).toEqual(await entriesOfBooks());
  for (const currency of ['EUR', 'USD']) {
    const taken = rows.filter((row) => row.currency === currency).reduce((sum, row) => sum + BigInt(row.amount_minor), 0n);
    const booked = [...refunds.values()].filter((one) => one.currency === currency).reduce((sum, one) => sum + one.amountMinor, taken);
    expect(lines.filter((line) => line.currency === currency).reduce((sum, line) => sum + line.amountMinor, 0n)).toBe(booked);
  }
}

/** No key ever had two texts, in either bucket or between them. */
function expectNeverRewritten(): void {
  const texts = new Map<string, Set<string>>();
  for (const version of regions.flatMap((region) => bucketOf(region).versions())) texts.set(version.key, (texts.get(version.key) ?? new Set()).add(version.md5));
  expect([...texts].filter(([, digests]) => digests.size > 1).map(([key]) => key)).toEqual([]);
}

const expectSame = () => vi.waitFor(() => expect(keysIn('us-east-1', '')).toEqual(keysIn('us-east-2', '')), WAIT);

async function takeOver(lost: Region): Promise<Region> {
  const survivor = peerOf(lost);
  await untilState(twin, `the ledger of ${lost} is gone with it`, (state) => state.regions[lost].ledger.role === 'down');
  await twin.order('/twin/failover', { to: survivor });
  await untilState(twin, `${survivor} settles`, isOpenIn(survivor));
  return survivor;
}

test('publishing: payments through both regions -> a receipt each, in both buckets', async () => {
  const ids = await pay('calm', 30);
  await untilBooked(ids);
  await refund(ids.slice(0, 4), 'us-east-2');
  for (const region of regions) await untilReceipts(region);
  expectNeverRewritten();
});

test('publishing: replication of the bucket is cut, then the region is lost in the middle -> the survivor has every receipt and every file', async () => {
  await closeToday('us-east-1');
  await vi.waitFor(() => expect(linesIn('us-east-1')).toHaveLength(34), WAIT);
  await twin.service('us-east-1', 'bucket-replication', { fail: true });
  const cut = await pay('cut', 30);
  await untilBooked(cut);
  await refund(cut.slice(0, 3), 'us-east-1');
  await untilReceipts('us-east-1');
  await closeToday('us-east-1');
  await vi.waitFor(() => expect(linesIn('us-east-1')).toHaveLength(67), WAIT);
  // Half of these are accepted while the region is being lost.
  const before = await pay('middle', 20);
  const sending = pay('late', 20, 'us-east-2');
  await twin.region('us-east-1', 'kill');
  expect(keysIn('us-east-2', 'receipts/').length).toBeLessThan(60);
  const survivor = await takeOver('us-east-1');
  const late = await sending;
  await untilState(twin, `${survivor} is healed`, isHealedIn(survivor));
  await untilBooked([...before, ...late]);
  await refund(cut.slice(3, 6), survivor);
  await untilReceipts(survivor);
  await closeToday(survivor);
  // No standby is there: the file waits for its patience, and is then published alone.
  await vi.waitFor(() => expect(linesIn(survivor)).toHaveLength(110), WAIT);
  await expectAllSettledOnce(survivor);
}, 180_000);

test('publishing: the lost region returns -> both buckets agree on every byte, and nothing was ever rewritten', async () => {
  await twin.service('us-east-1', 'bucket-replication', { fail: false });
  await twin.region('us-east-1', 'restore');
  await untilState(twin, 'us-east-1 follows', followsIn('us-east-1'));
  await expectSame();
  expectNeverRewritten();
  const alone = keysIn('us-east-2', FILES).length;
  await untilBooked(await pay('after', 10));
  await closeToday('us-east-2');
  await vi.waitFor(() => expect(keysIn('us-east-2', FILES)).toHaveLength(alone + 2), WAIT);
  await expectSame();
  for (const region of regions) await expectAllSettledOnce(region);
  for (const region of regions) await untilReceipts(region);
  expectNeverRewritten();
}, 180_000);

test('publishing: the active region is cut off and goes on running -> what it still does is nothing that anybody has to take back', async () => {
  const zombie = await activeRegion(twin);
  const survivor = peerOf(zombie);
  await untilBooked(await pay('before-cut', 10));
  await twin.region(zombie, 'isolate');
  await twin.order(`/twin/regions/${zombie}/publish`, { through: today() }).catch(() => undefined);
  await twin.order('/twin/failover', { to: survivor });
  const sending = pay('beside', 10, survivor);
  await untilState(twin, `${survivor} is healed`, isHealedIn(survivor));
  await untilBooked(await sending);
  await closeToday(survivor);
  await twin.order(`/twin/regions/${zombie}/publish`, { through: today() }).catch(() => undefined);
  await vi.waitFor(() => expectAllSettledOnce(survivor), WAIT);
  await twin.region(zombie, 'rejoin');
  await untilState(twin, `${zombie} follows`, followsIn(zombie));
  await expectSame();
  await untilReceipts(zombie);
  await expectAllSettledOnce(zombie);
  expectNeverRewritten();
}, 180_000);

describe('publishing: the publisher dies at one of its writes', () => {
  test.each([
    { kind: 'settlement assign', when: 'sent' }, { kind: 'settlement put', when: 'before' }, { kind: 'settlement put', when: 'answered' }, { kind: 'settlement note', when: 'before' },
    { kind: 'receipt put', when: 'sent' }, { kind: 'receipt note', when: 'before' },
  ] as const)('$kind, $when, and the other region takes over -> every entry in one file, nothing rewritten', async ({ kind, when }) => {
    const region = await activeRegion(twin);
    const survivor = peerOf(region);
    const ids = await pay(`${kind}-${when}`.replace(' ', '-'), 6, survivor);
    if (!kind.startsWith('receipt')) await untilBooked(ids);
    await twin.order(`/twin/regions/${region}/die-at`, { write: 1, when, kind });
    // It dies before it can answer.
    void closeToday(region).catch(() => undefined);
    await until(`${region} dies at its write`, async () => {
      const { up } = (await twin.state()).regions[region];
      if (up && !kind.startsWith('receipt')) void closeToday(region).catch(() => undefined);
      return !up;
    });
    await takeOver(region);
    await untilBooked(ids);
    await untilState(twin, `${survivor} is healed`, isHealedIn(survivor));
    await twin.region(region, 'restore');
    await untilState(twin, `${region} follows`, followsIn(region));
    await closeToday(survivor);
    await vi.waitFor(() => expectAllSettledOnce(survivor), WAIT);
    await untilReceipts(survivor);
    await expectSame();
    expectNeverRewritten();
  }, 180_000);
});
