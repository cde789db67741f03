// The publishing function over two regions in memory: what it returns, and the days it may be asked to close.
import { expect, test } from 'vitest';
import { peerOf } from '@understudy/core';
import type { Region } from '@understudy/core';
import { createAcceptHandler } from '../accept/handler.ts';
import { createReconcileHandler } from '../reconcile/handler.ts';
import { createBench, goodPayment, httpEvent } from '../shared/test-support/bench.ts';
import type { Bench } from '../shared/test-support/bench.ts';
import { createPublishHandler } from './handler.ts';
import type { PublishHandlerPorts } from './handler.ts';

const policy = { closeAfterMs: 0, standbyPatienceMs: 0 };

const portsOf = (bench: Bench, region: Region = 'us-east-1'): PublishHandlerPorts => {
  const [own, peer] = [bench.world.regions[region], bench.world.regions[peerOf(region)]];
  return { ...bench.ports(region), receipts: own.receipts, settlement: own.settlement, bucket: own.bucket, replica: peer.settlement, peerBucket: peer.bucket };
};

async function settled(): Promise<Bench> {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  await createReconcileHandler(bench.ports(), { graceMs: 0, settleMax: 10 })();
  return bench;
}

test('publish: on its schedule -> receipts at once, the day\'s file when it is over; elsewhere idle', async () => {
  const bench = await settled();
  expect(await createPublishHandler(portsOf(bench), policy)({ source: 'aws.scheduler' })).toMatchObject({ settlement: { code: 'walked', assigned: 0 }, receipts: { written: 1 } });
  expect(await createPublishHandler(portsOf(bench, 'us-east-2'), policy)()).toMatchObject({ settlement: { code: 'idle' }, receipts: { code: 'idle' } });
  bench.world.clock.advance(86_400_000);
  expect(await createPublishHandler(portsOf(bench), policy)()).toMatchObject({ settlement: { assigned: 1, published: 1 } });
});

test('publish: asked to close today -> closed', async () => {
  const bench = await settled();
  expect(await createPublishHandler(portsOf(bench), policy)({ through: '2026-01-05' })).toMatchObject({ settlement: { assigned: 1, published: 1 } });
});

test.each(['2026-01-06', '2026-02-30', '2026-1-5', 'yesterday', 20_260_105, null])('publish: asked to close %s -> throws, and publishes nothing', async (through) => {
  const bench = await settled();
  await expect(createPublishHandler(portsOf(bench), policy)({ through })).rejects.toThrow(/must be a day/);
  expect(bench.world.backstage.regions['us-east-1'].bucket.objects.size).toBe(0);
});

test.each(['receipts', 'settlement'] as const)('publish: the book of %s fails -> the other part is done, and the pass throws', async (part) => {
  const bench = await settled();
  bench.world.breakage.add({ part, when: 'before' });
  await expect(createPublishHandler(portsOf(bench), policy)({ through: '2026-01-05' })).rejects.toThrow(/on purpose/);
  expect([...bench.world.backstage.regions['us-east-1'].bucket.objects.keys()].map((key) => key.split('/')[0])).toEqual([part === 'receipts' ? 'test-settlements' : 'receipts']);
});
