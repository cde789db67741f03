import { inMemoryEndpointSecrets } from '@understudy/adapters/in-memory';
import { merchantId } from '@understudy/core';
import type { Endpoint, NotifyPolicy } from '@understudy/core';
import { expect, test } from 'vitest';
import { createAcceptHandler } from '../accept/handler.ts';
import { createSettleHandler } from '../settle/handler.ts';
import { createBench, goodPayment, httpEvent } from '../shared/test-support/bench.ts';
import type { Bench } from '../shared/test-support/bench.ts';
import { createNotifyHandler } from './handler.ts';

const policy: NotifyPolicy = { retryDelaysMs: [1000], leaseMs: 10_000, passMs: 30_000 };
const endpoint: Endpoint = { id: 'wh_1', url: 'https://shop.example/', live: false, keyId: 'k1', createdAt: 0 as Endpoint['createdAt'] };
const hint = (id: string, more: object = {}) => JSON.stringify({ v: 1, merchant_id: 'm1', transaction_id: id, ...more });
const fromQueue = (...bodies: readonly string[]) => ({ Records: bodies.map((body, n) => ({ messageId: `message-${n}`, body })) });

const handlerOf = (bench: Bench) => createNotifyHandler({ ...bench.world.regions['us-east-1'], ...bench.ports(), secrets: inMemoryEndpointSecrets }, policy);

/** A settled payment of a merchant that listens. */
async function settledBench(): Promise<Bench> {
  const bench = await createBench();
  await bench.world.backstage.endpoints.replace(merchantId('m1'), 0, [endpoint]);
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  await createSettleHandler(bench.ports())(fromQueue(hint('t-1')));
  return bench;
}

test('notify: the hint that settling published -> its payment is told, the hint deleted, the metrics written', async () => {
  const bench = await settledBench();
  const { events } = bench.world.backstage.regions['us-east-1'];
  expect(events.published.map((key) => key.transactionId)).toEqual(['t-1']);
  const before = bench.flushed.count;
  expect(await handlerOf(bench)(fromQueue(hint('t-1')))).toEqual({ batchItemFailures: [] });
  expect(bench.world.backstage.webhooks.sent).toMatchObject([{ url: 'https://shop.example/' }]);
  expect(bench.flushed.count).toBe(before + 1);
});

test('notify: the schedule -> everything due is told, and the pass returned', async () => {
  const bench = await settledBench();
  expect(await handlerOf(bench)({ source: 'schedule' })).toMatchObject({ code: 'passed', told: 1 });
});

test('notify: hints that cannot be read -> deleted, logged by their message id; the others are told', async () => {
  const bench = await settledBench();
  expect(await handlerOf(bench)(fromQueue('{', hint('t-1')))).toEqual({ batchItemFailures: [] });
  expect(bench.world.backstage.webhooks.sent).toHaveLength(1);
  expect(bench.lines.filter((line) => line.includes('hint_unreadable'))).toHaveLength(1);
});

test('notify: the ledger is away -> hints are deleted all the same, and the schedule tells later; a scheduled pass fails', async () => {
  const bench = await settledBench();
  const mend = bench.world.breakage.add({ part: 'outbox', when: 'before' });
  expect(await handlerOf(bench)(fromQueue(hint('t-1')))).toEqual({ batchItemFailures: [] });
  await expect(handlerOf(bench)({})).rejects.toMatchObject({ port: 'ledger' });
  mend();
  expect(await handlerOf(bench)({})).toMatchObject({ told: 1 });
});

test('notify: a dead letter that was brought back -> its payment is told again; while that cannot be noted, it stays', async () => {
  const bench = await settledBench();
  const { webhooks } = bench.world.backstage;
  webhooks.answer(endpoint.url, async () => ({ told: false, answer: 'HTTP 500' }));
  for (const _ of [1, 2]) {
    await handlerOf(bench)({});
    bench.world.clock.advance(10_000);
  }
  webhooks.answer(endpoint.url, async () => ({ told: true, answer: 'HTTP 200' }));
  const letter = fromQueue(hint('t-1', { redeliver: true }));
  const mend = bench.world.breakage.add({ part: 'outbox', when: 'before', method: 'redeliver' });
  expect(await handlerOf(bench)(letter)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
  mend();
  expect(await handlerOf(bench)(letter)).toEqual({ batchItemFailures: [] });
  expect(webhooks.sent).toHaveLength(3);
  expect(new Set(webhooks.sent.map((request) => request.id)).size).toBe(1);
});

test('notify: a dead letter brought back in a region that is not active any more -> it stays, though the old ledger would take it', async () => {
  const bench = await settledBench();
  const { epochs, webhooks, regions } = bench.world.backstage;
  webhooks.answer(endpoint.url, async () => ({ told: false, answer: 'HTTP 500' }));
  for (const _ of [1, 2]) {
    await handlerOf(bench)({});
    bench.world.clock.advance(10_000);
  }
  const record = await epochs.read();
  await epochs.compareAndSet(record, { ...record, epoch: (record.epoch + 1) as typeof record.epoch, activeRegion: 'us-east-2' });
  expect(await handlerOf(bench)(fromQueue(hint('t-1', { redeliver: true })))).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
  expect(await regions['us-east-1'].outbox.list({ state: 'dead', limit: 10 })).toHaveLength(1);
});

test('notify: nothing of addresses, secrets or bodies -> in the log', async () => {
  const bench = await settledBench();
  bench.world.backstage.webhooks.answer(endpoint.url, async () => ({ told: false, answer: 'HTTP 500' }));
  await handlerOf(bench)({});
  const log = bench.lines.join('\n');
  for (const word of ['shop.example', 'whsec', 'c-1']) expect(log).not.toContain(word);
});
