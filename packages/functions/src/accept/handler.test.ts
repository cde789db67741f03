import { expect, test } from 'vitest';
import { keyText } from '@understudy/core';
import { createSettleHandler } from '../settle/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent, otherKey } from '../shared/test-support/bench.ts';
import { createAcceptHandler } from './handler.ts';

const post = (changes: Record<string, unknown> = {}) => httpEvent('POST /payments', { body: { ...goodPayment, ...changes } });
const settleEvent = { Records: [{ messageId: 'm', body: '{"v":1,"merchant_id":"m1","transaction_id":"t-1"}' }] };

test('accept: a new payment -> 202 with the region that accepted it, stored, and its hint at the active region', async () => {
  const bench = await createBench();
  const result = await createAcceptHandler(bench.ports('us-east-2'))(post());
  expect(result.statusCode).toBe(202);
  expect(bodyOf(result)).toEqual({ transaction_id: 't-1', status: 'accepted', accepted_at: '2026-01-05T12:00:00.000Z', region: 'us-east-2' });
  expect(result.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store', 'x-request-id': 'request-1' });
  expect(bench.world.backstage.queues.waiting('us-east-1').map(keyText)).toEqual(['m1#t-1']);
  expect(bench.world.backstage.journal.payments()[0]?.acceptance).toMatchObject({ customerId: 'c-1', amount: { minor: 1000n, currency: 'USD' }, paymentMethod: 'tok_visa', live: false });
  expect(bench.world.backstage.regions['us-east-2'].metrics.counts.get('ValidationSuccess')).toBe(1);
});

test('accept: the same again, elsewhere and written differently -> 200 with the same body, and the hint again', async () => {
  const bench = await createBench();
  const first = await createAcceptHandler(bench.ports('us-east-2'))(post());
  bench.world.clock.advance(5000);
  const again = await createAcceptHandler(bench.ports('us-east-1'))(post({ amount: 10 }));
  expect([again.statusCode, again.body]).toEqual([200, first.body]);
  expect(bench.world.backstage.queues.waiting('us-east-1')).toHaveLength(2);
});

test('accept: the same again after its outcome -> 200 with the same body as the first time, and no hint', async () => {
  const bench = await createBench();
  const ports = bench.ports();
  const first = await createAcceptHandler(ports)(post());
  bench.world.backstage.queues.take('us-east-1');
  await createSettleHandler(ports)(settleEvent);
  const again = await createAcceptHandler(ports)(post());
  expect([again.statusCode, again.body]).toEqual([200, first.body]);
  expect(bench.world.backstage.queues.waiting('us-east-1')).toEqual([]);
});

test('accept: the same id with other content -> 409; of another merchant -> its own payment', async () => {
  const bench = await createBench();
  const handler = createAcceptHandler(bench.ports());
  await handler(post());
  const conflict = await handler(post({ amount: '10.01' }));
  expect([conflict.statusCode, bodyOf(conflict)['code']]).toEqual([409, 'idempotency_conflict']);
  const other = await handler(httpEvent('POST /payments', { body: { ...goodPayment, amount: '10.01' }, authorization: `Bearer ${otherKey}` }));
  expect(other.statusCode).toBe(202);
});

test('validate: a valid payment -> the body of the specification, and accepted; again -> the same', async () => {
  const bench = await createBench();
  const handler = createAcceptHandler(bench.ports());
  for (let i = 0; i < 2; i += 1) {
    const result = await handler(httpEvent('POST /validate', { body: goodPayment }));
    expect([result.statusCode, bodyOf(result)]).toEqual([200, { message: 'Payment validated successfully', transaction_id: 't-1' }]);
  }
  expect(bench.world.backstage.journal.payments()).toHaveLength(1);
});

test.each(['POST /payments', 'POST /validate'])('%s: no payment method -> 400', async (route) => {
  const bench = await createBench();
  const result = await createAcceptHandler(bench.ports())(httpEvent(route, { body: { ...goodPayment, payment_method: undefined } }));
  expect([result.statusCode, bodyOf(result)['field']]).toEqual([400, 'payment_method']);
});

test('accept: the journal cannot be written -> 503 with Retry-After, outcome unknown', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'journal', when: 'before' });
  const result = await createAcceptHandler(bench.ports())(post());
  expect([result.statusCode, bodyOf(result)['code'], result.headers['retry-after']]).toEqual([503, 'unavailable', '1']);
});

test('accept: no queue takes the hint -> still 202', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'queue', when: 'before' });
  expect((await createAcceptHandler(bench.ports())(post())).statusCode).toBe(202);
});

test('accept: a bug behind a port -> 500 that says the outcome is unknown, logged with its request id', async () => {
  const bench = await createBench();
  const ports = bench.ports();
  const handler = createAcceptHandler({ ...ports, digest: () => JSON.parse('broken') as string });
  const result = await handler(post());
  expect([result.statusCode, bodyOf(result)['code']]).toEqual([500, 'internal_error']);
  expect(bench.lines.map((line) => JSON.parse(line) as Record<string, unknown>)).toMatchObject([{ level: 'error', event: 'request_failed', request_id: 'request-1' }, { event: 'request', status: 500 }]);
});

test('accept: a route of another function -> 404', async () => {
  const bench = await createBench();
  expect((await createAcceptHandler(bench.ports())(httpEvent('POST /process', { body: goodPayment }))).statusCode).toBe(404);
  expect((await createAcceptHandler(bench.ports())(httpEvent('DELETE /payments', { body: goodPayment }))).statusCode).toBe(404);
});

test('accept: one line is logged for a request, with the route and the id and nothing of the body', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(post());
  expect(bench.lines).toHaveLength(1);
  expect(JSON.parse(bench.lines[0] ?? '')).toMatchObject({ level: 'info', event: 'request', operation: 'acceptPayment', status: 202, transaction_id: 't-1', request_id: 'request-1', region: 'us-east-1' });
  expect(bench.lines[0]).not.toMatch(/c-1|tok_visa|10\.00|us_test/);
});
