import { expect, test } from 'vitest';
import { createAcceptHandler } from '../accept/handler.ts';
import { createBench, goodPayment, httpEvent } from '../shared/test-support/bench.ts';
import type { Bench } from '../shared/test-support/bench.ts';
import { createSettleHandler } from './handler.ts';
import { build } from './settle.lambda.ts';
import type { QueueEvent } from './handler.ts';

const hint = (id: string): string => JSON.stringify({ v: 1, merchant_id: 'm1', transaction_id: id });
const eventOf = (...bodies: string[]): QueueEvent => ({ Records: bodies.map((body, i) => ({ messageId: `message-${i}`, body })) });
const accept = async (bench: Bench, ...ids: string[]): Promise<void> => {
  for (const id of ids) await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: { ...goodPayment, transaction_id: id } }));
};

test('settle: hints of payments, one of them twice -> all in the books, charged once, all hints deleted', async () => {
  const bench = await createBench();
  await accept(bench, 'a', 'b');
  expect(await createSettleHandler(bench.ports())(eventOf(hint('a'), hint('b'), hint('a')))).toEqual({ batchItemFailures: [] });
  expect(bench.world.backstage.journal.payments().map((payment) => payment.postedEpoch)).toEqual([1, 1]);
  expect(bench.world.backstage.acquirer.charges()).toHaveLength(2);
});

test('settle: one payment whose charge is not answered -> only its hints stay', async () => {
  const bench = await createBench();
  await accept(bench, 'a', 'b');
  bench.world.backstage.acquirer.behave({ mode: 'fail', match: (key) => key.transactionId === 'b' });
  const result = await createSettleHandler(bench.ports())(eventOf(hint('a'), hint('b'), hint('b')));
  expect(result.batchItemFailures).toEqual([{ itemIdentifier: 'message-1' }, { itemIdentifier: 'message-2' }]);
});

test('settle: the epoch cannot be read -> every hint stays', async () => {
  const bench = await createBench();
  await accept(bench, 'a');
  bench.world.breakage.add({ part: 'epochs', when: 'before' });
  expect((await createSettleHandler(bench.ports())(eventOf(hint('a'), hint('unknown')))).batchItemFailures).toHaveLength(2);
});

test('settle: a region that is not active, or a payment that does not exist -> the hint is deleted, nothing is charged', async () => {
  const bench = await createBench();
  await accept(bench, 'a');
  expect(await createSettleHandler(bench.ports('us-east-2'))(eventOf(hint('a')))).toEqual({ batchItemFailures: [] });
  expect(await createSettleHandler(bench.ports())(eventOf(hint('unknown')))).toEqual({ batchItemFailures: [] });
  expect(bench.world.backstage.acquirer.charges()).toEqual([]);
});

test('settle: hints that cannot be read -> deleted and logged by their message id only; the others are settled', async () => {
  const bench = await createBench();
  await accept(bench, 'a');
  const bodies = ['not json 4111111111111111', '{}', '{"v":9,"merchant_id":"m1","transaction_id":"a"}', hint('a')];
  expect(await createSettleHandler(bench.ports())(eventOf(...bodies))).toEqual({ batchItemFailures: [] });
  expect(bench.lines.filter((line) => line.includes('hint_unreadable'))).toHaveLength(3);
  expect(bench.lines.join()).not.toContain('4111');
  expect(bench.world.backstage.journal.payments()[0]?.postedEpoch).toBe(1);
});

test('settle: a bug -> thrown, so that the queue keeps everything; logged, and the metrics are written', async () => {
  const bench = await createBench();
  await accept(bench, 'a');
  bench.flushed.count = 0;
  const handler = createSettleHandler({ ...bench.ports(), digest: () => JSON.parse('broken') as string });
  await expect(handler(eventOf(hint('a')), { awsRequestId: 'r-7' })).rejects.toThrow(SyntaxError);
  expect(JSON.parse(bench.lines.at(-1) ?? '')).toMatchObject({ event: 'invocation_failed', level: 'error', request_id: 'r-7' });
  expect(bench.flushed.count).toBe(1);
});

test('settle: configured so that a charge may still be on its way when its payment is posted as failed -> does not start', () => {
  const ledger = { host: 'localhost', port: 5432, user: 'u', database: 'd' };
  const environment = {
    REGION: 'us-east-1', JOURNAL_TABLE: 'journal', ACQUIRERS: '{"live":{"url":"http://localhost:1"},"test":{"url":"http://localhost:2"}}', ALERTS_TOPIC_ARN: 'arn:aws:sns:us-east-1:1:alerts', TRANSACTIONS_TOPIC_ARN: 'arn:aws:sns:us-east-1:1:alerts',
    LEDGERS: JSON.stringify({ 'us-east-1': ledger, 'us-east-2': ledger }),
  };
  expect(() => build({ ...environment, TIMINGS: '{"acquirerTimeoutMs":10000}' })).toThrow(/PAYMENT_POLICY\.chargeInFlightMs must be above TIMINGS\.acquirerTimeoutMs/);
  expect(() => build({ ...environment, TIMINGS: '{"acquirerTimeoutMs":9999}' })).not.toThrow();
});
