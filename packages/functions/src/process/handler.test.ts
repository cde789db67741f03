import { expect, test } from 'vitest';
import { createCancelHandler } from '../cancel/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent } from '../shared/test-support/bench.ts';
import { createProcessHandler } from './handler.ts';

const event = (changes: Record<string, unknown> = {}) => httpEvent('POST /process', { body: { ...goodPayment, ...changes } });

test('process: an approved payment -> 200 with the time in whole seconds, charged once, in the books; again -> the same', async () => {
  const bench = await createBench();
  const handler = createProcessHandler(bench.ports());
  const first = await handler(event());
  expect([first.statusCode, bodyOf(first)]).toEqual([200, { message: 'Payment processed successfully', transaction_id: 't-1', timestamp: 1_767_614_400 }]);
  bench.world.clock.advance(60_000);
  const again = await handler(event({ payment_method: undefined }));
  expect([again.statusCode, again.body]).toEqual([200, first.body]);
  expect(bench.world.backstage.acquirer.charges()).toHaveLength(1);
  expect(bench.world.backstage.journal.payments()[0]).toMatchObject({ decision: { outcome: 'processed' }, postedEpoch: 1 });
});

test('process: a declined payment -> 402 once it stands in the books; again -> the same', async () => {
  const bench = await createBench();
  bench.world.backstage.acquirer.behave({ mode: 'decline' });
  const handler = createProcessHandler(bench.ports());
  const first = await handler(event());
  expect([first.statusCode, bodyOf(first)['code']]).toEqual([402, 'declined']);
  expect(bench.world.backstage.journal.payments()[0]).toMatchObject({ decision: { outcome: 'failed' }, postedEpoch: 1 });
  const again = await handler(event());
  expect([again.statusCode, again.body]).toEqual([402, first.body]);
});

test.each([
  ['the acquirer has no outcome yet', 'in_progress'],
  ['the acquirer does not answer', 'fail'],
] as const)('process: %s -> 202 as for /payments, within the time of its function', async (_what, mode) => {
  const bench = await createBench();
  bench.world.backstage.acquirer.behave({ mode });
  const startedAt = bench.world.clock.now();
  const result = await createProcessHandler(bench.ports())(event());
  expect([result.statusCode, bodyOf(result)]).toEqual([202, { transaction_id: 't-1', status: 'accepted', accepted_at: '2026-01-05T12:00:00.000Z', region: 'us-east-1' }]);
  expect(bench.world.clock.now() - startedAt).toBeLessThanOrEqual(10_000);
});

test('process: decided but the ledger is down -> 202, the outcome is not told', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'ledger', when: 'before' });
  const result = await createProcessHandler(bench.ports())(event());
  expect(result.statusCode).toBe(202);
  expect(bench.world.backstage.journal.payments()[0]).toMatchObject({ decision: { outcome: 'processed' }, postedEpoch: 0 });
});

test('process: a region that is not active -> 202, its hint at the active one, no charge from here', async () => {
  const bench = await createBench();
  const result = await createProcessHandler(bench.ports('us-east-2'))(event());
  expect(result.statusCode).toBe(202);
  expect(bench.world.backstage.queues.waiting('us-east-1')).toHaveLength(1);
  expect(bench.world.backstage.acquirer.charges()).toEqual([]);
});

test('process: an id that was cancelled after its acceptance -> 409 already_decided; one spent before -> 409 idempotency_conflict', async () => {
  const bench = await createBench();
  bench.world.backstage.acquirer.behave({ mode: 'in_progress' });
  const ports = bench.ports();
  await createProcessHandler(ports)(event());
  await createCancelHandler(ports)(httpEvent('POST /payments/{transaction_id}/cancel', { id: 't-1' }));
  const result = await createProcessHandler(ports)(event());
  expect([result.statusCode, bodyOf(result)['code']]).toEqual([409, 'already_decided']);
  await createCancelHandler(ports)(httpEvent('POST /payments/{transaction_id}/cancel', { id: 't-2' }));
  const spent = await createProcessHandler(ports)(event({ transaction_id: 't-2' }));
  expect([spent.statusCode, bodyOf(spent)['code']]).toEqual([409, 'idempotency_conflict']);
});

test('process: the journal cannot be written -> 503', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'journal', when: 'after' });
  expect((await createProcessHandler(bench.ports())(event())).statusCode).toBe(503);
});
