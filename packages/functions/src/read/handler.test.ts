import { expect, test } from 'vitest';
import { openapiDocument } from '@understudy/api';
import { createAcceptHandler } from '../accept/handler.ts';
import { createProcessHandler } from '../process/handler.ts';
import { createCancelHandler } from '../cancel/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent, liveKey, otherKey, readKey } from '../shared/test-support/bench.ts';
import type { HttpResult } from '../shared/http-event.ts';
import type { Asked, Bench } from '../shared/test-support/bench.ts';
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

test('read: an id as the gateway hands it over, encoded -> decoded, once', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: { ...goodPayment, transaction_id: 'a:1' } }));
  expect((await get(bench, 'a%3A1')).statusCode).toBe(200);
  expect((await get(bench, 'a:1')).statusCode).toBe(200);
  for (const id of ['a%253A1', 'a%2F1', '%2e%2e']) expect((await get(bench, id)).statusCode, id).toBe(400);
});

test('read and cancel: the gateway says nothing of the caller -> 500, and nothing is told or done', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  expect((await get(bench, 't-1', null)).statusCode).toBe(500);
  const cancelled = await createCancelHandler(bench.ports())(httpEvent('POST /payments/{transaction_id}/cancel', { id: 't-1', authorization: null }));
  expect(cancelled.statusCode).toBe(500);
  expect(bench.world.backstage.journal.payments()[0]?.decision).toBeUndefined();
});

test('read: a live key asks for a test payment of its own merchant -> 404, as for an id that does not exist', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  const [other, none] = [await get(bench, 't-1', `Bearer ${liveKey}`), await get(bench, 't-2', `Bearer ${liveKey}`)];
  expect([other.statusCode, other.body]).toEqual([404, none.body]);
});

test('scopes: a key that may only read -> reads, and is told which scope it lacks for anything else', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  const authorization = `Bearer ${readKey}`;
  expect((await get(bench, 't-1', authorization)).statusCode).toBe(200);
  const cancelled = await createCancelHandler(bench.ports())(httpEvent('POST /payments/{transaction_id}/cancel', { id: 't-1', authorization }));
  const accepted = await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: { ...goodPayment, transaction_id: 't-2' }, authorization }));
  for (const result of [cancelled, accepted]) expect([result.statusCode, bodyOf(result)]).toEqual([403, { code: 'forbidden', error: 'this key lacks the scope payments:write' }]);
  expect(bench.world.backstage.journal.payments()).toMatchObject([{ transactionId: 't-1' }]);
  expect(bench.world.backstage.journal.payments()[0]?.decision).toBeUndefined();
});

const list = (bench: Bench, id: string, asked: Omit<Asked, 'id'> = {}) => createReadHandler(bench.ports('us-east-2'))(httpEvent('GET /customers/{customer_id}/payments', { id, ...asked }));
const listed = (result: HttpResult): readonly unknown[] => (bodyOf(result)['payments'] as { readonly transaction_id: string }[]).map((payment) => payment.transaction_id);

test('list: the payments of a customer -> as each is read by itself, newest first, page by page', async () => {
  const bench = await createBench();
  for (const id of ['a', 'b', 'c']) {
    bench.world.clock.advance(1);
    await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: { ...goodPayment, transaction_id: id } }));
  }
  const first = await list(bench, 'c-1', { query: { limit: '2' } });
  expect([first.statusCode, listed(first)]).toEqual([200, ['c', 'b']]);
  expect((bodyOf(first)['payments'] as unknown[])[0]).toEqual(bodyOf(await get(bench, 'c')));
  const cursor = String(bodyOf(first)['next_cursor']);
  const last = await list(bench, 'c-1', { query: { limit: '2', cursor } });
  expect(bodyOf(last)).toEqual({ payments: [bodyOf(await get(bench, 'a'))] });
  // The same cursor in other hands leads nowhere but into their own list.
  for (const authorization of [`Bearer ${otherKey}`, `Bearer ${liveKey}`]) expect(bodyOf(await list(bench, 'c-1', { query: { cursor }, authorization }))).toEqual({ payments: [] });
  expect(bodyOf(await list(bench, 'c-2', { query: { cursor } }))).toEqual({ payments: [] });
});

test.each<[string, string, Record<string, string>]>([
  ['customer_id', 'a b', {}], ['customer_id', '4111111111111111', {}], ['limit', 'c-1', { limit: '0' }], ['limit', 'c-1', { limit: '101' }], ['limit', 'c-1', { limit: '1e1' }], ['limit', 'c-1', { limit: '' }],
  ['cursor', 'c-1', { cursor: '' }], ['cursor', 'c-1', { cursor: 'x' }], ['cursor', 'c-1', { cursor: Buffer.from('1 a#b').toString('base64url') }],
  ['cursor', 'c-1', { cursor: Buffer.from('9999999999999999 a').toString('base64url') }], ['cursor', 'c-1', { cursor: 'A'.repeat(10_000) }],
])('list: a wrong %s (%s %j) -> 400 that names it', async (field, id, query) => {
  const bench = await createBench();
  const result = await list(bench, id, { query });
  expect([result.statusCode, bodyOf(result)['field']]).toEqual([400, field]);
});

test.each(['customers', 'journal'] as const)('list: %s cannot be read -> 503, never an empty list', async (part) => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  bench.world.breakage.add({ part, when: 'before' });
  const result = await list(bench, 'c-1');
  expect([result.statusCode, result.headers['retry-after']]).toEqual([503, '1']);
});

test('openapi: asked without a key -> the document', async () => {
  const bench = await createBench();
  const result = await createReadHandler(bench.ports())(httpEvent('GET /openapi.json', { authorization: null }));
  expect([result.statusCode, bodyOf(result)]).toEqual([200, JSON.parse(JSON.stringify(openapiDocument))]);
});
