import { expect, test } from 'vitest';
import { createAcceptHandler } from '../accept/handler.ts';
import { createProcessHandler } from '../process/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent, liveKey } from '../shared/test-support/bench.ts';
import { createCancelHandler } from './handler.ts';

const event = httpEvent('POST /payments/{transaction_id}/cancel', { id: 't-1' });

test('cancel: an accepted payment -> 200, and again; an id never seen -> 200 and spent', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  const handler = createCancelHandler(bench.ports('us-east-2'));
  for (let i = 0; i < 2; i += 1) {
    const result = await handler(event);
    expect([result.statusCode, bodyOf(result)]).toEqual([200, { transaction_id: 't-1', status: 'cancelled' }]);
  }
  expect((await handler(httpEvent('POST /payments/{transaction_id}/cancel', { id: 't-2' }))).statusCode).toBe(200);
  const spent = await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: { ...goodPayment, transaction_id: 't-2' } }));
  expect([spent.statusCode, bodyOf(spent)['code']]).toEqual([409, 'idempotency_conflict']);
});

test('cancel: a processed payment -> 409, and it stays processed', async () => {
  const bench = await createBench();
  await createProcessHandler(bench.ports())(httpEvent('POST /process', { body: goodPayment }));
  const result = await createCancelHandler(bench.ports())(event);
  expect([result.statusCode, bodyOf(result)['code']]).toEqual([409, 'already_decided']);
  expect(bench.world.backstage.journal.payments()[0]?.decision?.outcome).toBe('processed');
});

test('cancel: the journal does not answer -> 503, cancel again', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'journal', when: 'after' });
  expect((await createCancelHandler(bench.ports())(event)).statusCode).toBe(503);
});

test('cancel: with a live key the id of a test payment -> 409, not cancelled', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  const result = await createCancelHandler(bench.ports())(httpEvent('POST /payments/{transaction_id}/cancel', { id: 't-1', authorization: `Bearer ${liveKey}` }));
  expect([result.statusCode, bodyOf(result)['code']]).toEqual([409, 'idempotency_conflict']);
  expect(bench.world.backstage.journal.payments()[0]?.decision).toBeUndefined();
});
