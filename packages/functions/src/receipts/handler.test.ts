// Receipts over two regions in memory: whose they are, where they are found, and what is said when they are not.
import { beforeEach, expect, test } from 'vitest';
import { peerOf, publishReceipts } from '@understudy/core';
import type { Region } from '@understudy/core';
import { createAcceptHandler } from '../accept/handler.ts';
import { createProcessHandler } from '../process/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent, liveKey, otherKey } from '../shared/test-support/bench.ts';
import type { Bench } from '../shared/test-support/bench.ts';
import { createReceiptsHandler } from './handler.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
});

const get = (id: string, { region = 'us-east-1', authorization }: { readonly region?: Region; readonly authorization?: string } = {}) => {
  const { regions } = bench.world;
  const ports = { ...bench.ports(region), bucket: regions[region].bucket, peerBucket: regions[peerOf(region)].bucket };
  return createReceiptsHandler(ports)(httpEvent('GET /payments/{transaction_id}/receipt', { id, ...(authorization !== undefined && { authorization }) }));
};
const process = () => createProcessHandler(bench.ports())(httpEvent('POST /process', { body: goodPayment }));
const publish = () => publishReceipts({ ...bench.ports(), region: 'us-east-1', receipts: bench.world.regions['us-east-1'].receipts, bucket: bench.world.regions['us-east-1'].bucket });
const receipt = {
  receipt: 'payment', live: false, merchant_id: 'm1', transaction_id: 't-1', customer_id: 'c-1', amount: '10.00', currency: 'USD',
  business_date: '2026-01-05', decided_at: '2026-01-05T12:00:00.000Z',
};

test('receipt: a processed payment -> 404 until it is written, then the receipt, in either region', async () => {
  await process();
  expect(bodyOf(await get('t-1'))).toMatchObject({ code: 'not_found', error: expect.stringMatching(/not yet/) });
  await publish();
  for (const region of ['us-east-1', 'us-east-2'] as const) {
    const result = await get('t-1', { region });
    expect([result.statusCode, bodyOf(result)]).toEqual([200, receipt]);
  }
});

test('receipt: replication has not brought it to this region -> read from the other one', async () => {
  bench.world.backstage.regions['us-east-1'].bucket.stallReplication();
  await process();
  await publish();
  expect((await get('t-1', { region: 'us-east-2' })).statusCode).toBe(200);
});

test('receipt: this region\'s bucket cannot be read -> read from the other one; neither can -> 503, never a false 404', async () => {
  await process();
  await publish();
  bench.world.breakage.add({ part: 'bucket', when: 'before', region: 'us-east-1' });
  expect((await get('t-1')).statusCode).toBe(200);
  bench.world.breakage.add({ part: 'bucket', when: 'before', region: 'us-east-2' });
  const result = await get('t-1');
  expect([result.statusCode, result.headers['retry-after']]).toEqual([503, '1']);
});

test('receipt: not here, and the other bucket cannot be read -> 503: it may be there', async () => {
  await process();
  bench.world.breakage.add({ part: 'bucket', when: 'before', region: 'us-east-2' });
  expect((await get('t-1')).statusCode).toBe(503);
});

test('receipt: not charged so far, declined, or never seen -> 404, and no bucket is asked', async () => {
  bench.world.breakage.add({ part: 'bucket', when: 'before' });
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  bench.world.backstage.acquirer.behave({ mode: 'decline' });
  await createProcessHandler(bench.ports())(httpEvent('POST /process', { body: { ...goodPayment, transaction_id: 't-2' } }));
  for (const id of ['t-1', 't-2', 't-3']) expect((await get(id)).statusCode).toBe(404);
});

test('receipt: of another merchant, or of the other mode -> 404, as for an id that does not exist', async () => {
  await process();
  await publish();
  const none = await get('t-9');
  for (const key of [otherKey, liveKey]) {
    const result = await get('t-1', { authorization: `Bearer ${key}` });
    expect([result.statusCode, result.body]).toEqual([404, none.body]);
  }
});

test('receipt: the journal cannot be read -> 503', async () => {
  bench.world.breakage.add({ part: 'journal', when: 'before' });
  expect((await get('t-1')).statusCode).toBe(503);
});
