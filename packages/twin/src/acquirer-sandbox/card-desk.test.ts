/** What must hold between the decision and the disk, where no HTTP client can look. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Behaviours } from './behaviours.ts';
import { CardDesk } from './card-desk.ts';
import { recordEntry } from './record.ts';

let dataDir: string;
let behaviours: Behaviours;
let desk: CardDesk;

const request = {
  key: 'k1',
  content: { merchantId: 'm', transactionId: 't', amountMinor: '5', currency: 'EUR', paymentMethod: 'tok', live: false },
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'understudy-card-desk-'));
  behaviours = new Behaviours(Date.now);
  desk = await CardDesk.open({ dataDir, behaviours, now: Date.now });
});

afterEach(async () => {
  await desk.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('desk: 50 requests with one key in one tick while keys expire at once -> one charge, one answer', async () => {
  behaviours.add({ mode: 'expire_keys' });
  const answers = await Promise.all(Array.from({ length: 50 }, () => desk.charge(request, false)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect((await desk.records()).map((record) => recordEntry(record, () => 0))).toMatchObject([{ charges: 1, requests: 50 }]);
});

test('desk: a charge that is not on disk yet -> no look-up, repeat, void or record answers before it is', async () => {
  const handle = await open(join(dataDir, 'other'), 'w');
  await handle.close();
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const syncs = vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockReturnValue(release);
  const answers = [desk.charge(request, false)];
  await vi.waitUntil(() => syncs.mock.calls.length === 1);
  const others = [desk.find('m', 't'), desk.charge(request, false), desk.void('k1'), desk.records()];
  const early = await Promise.race([...answers, ...others, wait(50, 'none')]);
  expect(early).toBe('none');
  resolve();
  expect((await Promise.all([...answers, ...others]))[1]).toMatchObject({ outcome: 'approved' });
  syncs.mockRestore();
});

test('desk: a void in the same tick as the charge -> the charge is voided, in the log too', async () => {
  const charging = desk.charge(request, false);
  expect(await desk.void('k1')).toBe('voided');
  await charging;
  await desk.close();
  desk = await CardDesk.open({ dataDir, behaviours, now: Date.now });
  expect((await desk.records()).map((record) => recordEntry(record, () => 0))).toMatchObject([{ charges: 1, voids: 1, voided: true }]);
});
