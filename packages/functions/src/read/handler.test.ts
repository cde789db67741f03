import { expect, test } from 'vitest';
import { openapiDocument } from '@understudy/api';
import { createAcceptHandler } from '../accept/handler.ts';
import { createProcessHandler } from '../process/handler.ts';
import { createCancelHandler } from '../cancel/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent, otherKey } from '../shared/test-support/bench.ts';
import type { Bench } from '../shared/test-support/bench.ts';
import { createReadHandler } from './handler.ts';

const get = (bench: Bench, id: string, authorization?: string | null) =>
  createReadHandler(bench.ports('us-east-2'))(httpEvent('GET /payments/{transaction_id}', { id, ...(authorization === undefined ? {} : { authorization }) }));
const cancel = (bench: Bench, id: string) => createCancelHandler(bench.ports())(httpEvent('POST /payments/{transaction_id}/cancel', { id }));

test('read: an accepted payment -> all that was sent, the amount as a decimal string', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: { ...goodPayment, amount: 10.5 } }));
  const result = await get(bench, 't-1');
  expect([result.statusCode, bodyOf(result)]).toEqual([200, {
    transaction_id: 't-1', customer_id: 'c-1', amount: '10.50', currency: 'USD', payment_method: 'tok_visa', status: 'accepted', accepted_at: '2026-01-05T12:00:00.000Z', accepted_region: 'us-east-1',
  }]);
});

test('read: a processed payment, asked for in the other region -> its outcome, when and where', async () => {
  const bench = await createBench();
  await createProcessHandler(bench.ports())(httpEvent('POST /process', { body: goodPayment }));
  expect(bodyOf(await get(bench, 't-1'))).toMatchObject({ status: 'processed', settled_at: '2026-01-05T12:00:00.000Z', settled_region: 'us-east-1' });
});

test('read: nobody accepted it -> 404; another merchant did -> 404', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  for (const result of [await get(bench, 't-2'), await get(bench, 't-1', `Bearer ${otherKey}`)]) {
    expect([result.statusCode, bodyOf(result)['code']]).toEqual([404, 'not_found']);
  }
});

test('read: the journal cannot be read -> 503, never a false 404', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'journal', when: 'before' });
  const result = await get(bench, 't-1');
  expect([result.statusCode, result.headers['retry-after']]).toEqual([503, '1']);
});

test('read: an id cancelled before it was seen -> just that', async () => {
  const bench = await createBench();
  await cancel(bench, 't-9');
  expect(bodyOf(await get(bench, 't-9'))).toEqual({ transaction_id: 't-9', status: 'cancelled' });
});

test.each(['', ' ', 'a b', '../x', '%2e%2e%2fx', '%', '4111111111111111', '4111%201111%201111%201111', 't'.repeat(129)])('read and cancel: the id %j -> 400, and nothing of it is logged', async (id) => {
  const bench = await createBench();
  for (const result of [await get(bench, id), await cancel(bench, id)]) {
    expect([result.statusCode, bodyOf(result)['code'], bodyOf(result)['field']]).toEqual([400, 'invalid_request', 'transaction_id']);
    if (id.trim().length > 2) expect(result.body + bench.lines.join()).not.toContain(id);
  }
  expect(bench.world.backstage.journal.payments()).toEqual([]);
});

test('read: an id that a gateway left encoded -> decoded once', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: { ...goodPayment, transaction_id: 'a:1' } }));
  expect((await get(bench, 'a%3A1')).statusCode).toBe(200);
});

test.each(['Bearer us_test_wrongwrongwrongwrongwrong', null])('read and cancel: with the key %s -> 401', async (authorization) => {
  const bench = await createBench();
  expect((await get(bench, 't-1', authorization)).statusCode).toBe(401);
  const cancelled = await createCancelHandler(bench.ports())(httpEvent('POST /payments/{transaction_id}/cancel', { id: 't-1', authorization }));
  expect(cancelled.statusCode).toBe(401);
  expect(bench.world.backstage.journal.payments()).toEqual([]);
});

test('openapi: asked without a key -> the document', async () => {
  const bench = await createBench();
  const result = await createReadHandler(bench.ports())(httpEvent('GET /openapi.json', { authorization: null }));
  expect([result.statusCode, bodyOf(result)]).toEqual([200, JSON.parse(JSON.stringify(openapiDocument))]);
});
