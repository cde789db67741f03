// A real region, its processes and its database, killed at its own writes: one outcome is told, and one net charge or
// none is made. The loop over every write is `npm run drill -- crash-at-every-write`; here are the ones that matter most.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peerOf } from '@understudy/core';
import { CrashLoop } from '../crash-points/crash-loop.ts';
import type { Point } from '../crash-points/crash-loop.ts';
import { Merchant } from '../crash-points/merchant.ts';
import { followsIn, isHealedIn, untilState } from '../crash-points/waits.ts';
import { activeRegion, check, untilSettled } from '../drill/check.ts';
import { RunningTwin } from '../drill/running-twin.ts';

const POINT_LIMIT_MS = 90_000;
/** A batch makes a void only if its cancellation comes in while the card is being charged: on a busy machine it may not. */
const BATCHES_MAX = 3;

let twin: RunningTwin;
let loop: CrashLoop;

beforeAll(async () => {
  twin = await RunningTwin.start();
  loop = new CrashLoop(twin);
});

afterAll(async () => {
  await twin?.stop();
});

describe('crash: the region dies at one of its writes', () => {
  beforeAll(() => loop.prepare());

  test.each<Point & { readonly kind: string }>([
    { kind: 'journal accept', write: 1, when: 'answered', unaided: true },
    { kind: 'acquirer charge', write: 3, when: 'answered' },
    { kind: 'acquirer void', write: 1, when: 'before' },
    { kind: 'journal decide', write: 2, when: 'sent' },
    { kind: 'ledger commit', write: 1, when: 'sent' },
    { kind: 'journal mark', write: 2, when: 'before' },
  ])('$kind no. $write, $when -> one outcome, one net charge or none', async (point) => {
    let result = await loop.play(point);
    for (let batch = 1; batch < BATCHES_MAX && result.died === undefined && result.broken.length === 0; batch += 1) result = await loop.play(point);
    expect(result.broken).toEqual([]);
    expect(result.died).toMatchObject({ kind: point.kind, dies: point.when });
  }, BATCHES_MAX * POINT_LIMIT_MS);
});

describe('crash: the acquirer misbehaves, and the region dies in the middle', () => {
  test('charges without an answer, forgets declines and keys, says "in progress", fails, is slow -> one outcome, one net charge or none', async () => {
    await twin.behave({ mode: 'approve' });
    const region = await activeRegion(twin);
    const survivor = peerOf(region);
    const merchant = new Merchant({ urls: twin.urls.regions, apiKey: twin.urls.apiKey });
    const named = (name: string, count = 4) => Array.from({ length: count }, (_, n) => `${name}-${n}`);
    // Settled, their rows never replicated, their keys forgotten: whoever charged them again would charge twice.
    const forgotten = named('forgotten');
    await twin.service(region, 'replication', { fail: true });
    await Promise.all(forgotten.map((id) => merchant.process(id, region)));
    await twin.behave({ mode: 'expire_keys', match: '^forgotten-' });

    const [silent, declined, busy, failing, slow] = [named('silent'), named('declined'), named('busy'), named('failing'), named('slow')];
    for (const id of silent) await twin.behave({ mode: 'charge_no_answer', match: `^${id}$`, count: 1 });
    for (const id of declined) await twin.behave({ mode: 'decline', match: `^${id}$`, count: 1 });
    await twin.behave({ mode: 'forget_declines', match: '^declined-' });
    await twin.behave({ mode: 'in_progress', match: '^busy-', delayMs: 2_500 });
    for (const id of failing) await twin.behave({ mode: 'fail', match: `^${id}$`, count: 2 });
    await twin.behave({ mode: 'delay', match: '^slow-', delayMs: 700 });
    const ids = [...silent, ...declined, ...busy, ...failing, ...slow];
    const sending = Promise.all(ids.map((id, n) => (n % 2 === 0 ? merchant.accept(id, region) : merchant.process(id, n % 4 === 1 ? region : survivor))));
    const watch = merchant.watch(ids);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await twin.region(region, 'kill');
    await sending;
    await untilState(twin, `${survivor} is healed`, isHealedIn(survivor));
    const payments = [...loop.payments, ...merchant.payments];
    expect(await untilSettled(twin, payments)).toBe(0);
    await watch.stop();
    await merchant.look([...ids, ...forgotten]);
    expect([...merchant.contradictions, ...merchant.unlike(await twin.ledger(survivor)), ...(await check(twin, payments)).broken]).toEqual([]);
    const charges = new Map((await twin.charges()).map((charge) => [charge.transaction_id, charge]));
    for (const id of forgotten) expect(charges.get(id), 'posted again from the decision; the acquirer is not asked').toMatchObject({ charges: 1, voids: 0, requests: 1 });
    await twin.service(region, 'replication', { fail: false });
    await twin.region(region, 'restore');
    await untilState(twin, `${region} follows`, followsIn(region));
    expect((await check(twin, payments)).broken).toEqual([]);
  }, 120_000);
});
