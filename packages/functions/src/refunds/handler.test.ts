import { expect, test } from 'vitest';
import { createAcceptHandler } from '../accept/handler.ts';
import { createProcessHandler } from '../process/handler.ts';
import { createSettleHandler } from '../settle/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent, otherKey } from '../shared/test-support/bench.ts';
import type { Bench } from '../shared/test-support/bench.ts';
import { createRefundsHandler } from './handler.ts';

const ROUTE = '/payments/{transaction_id}/refunds';

const post = (bench: Bench, body: unknown, asked: { readonly id?: string; readonly authorization?: string } = {}) =>
  createRefundsHandler(bench.ports('us-east-2'))(httpEvent(`POST ${ROUTE}`, { id: 't-1', body, ...asked }));
const list = (bench: Bench, asked: { readonly id?: string; readonly authorization?: string } = {}) =>
  createRefundsHandler(bench.ports())(httpEvent(`GET ${ROUTE}`, { id: 't-1', ...asked }));
const settle = (bench: Bench) => createSettleHandler(bench.ports())({ Records: [{ messageId: 'm', body: '{"v":1,"merchant_id":"m1","transaction_id":"t-1"}' }] });

/** A payment of 10.00 that is processed. */
async function paidBench(): Promise<Bench> {
  const bench = await createBench();
  await createProcessHandler(bench.ports())(httpEvent('POST /process', { body: goodPayment }));
  return bench;
}

test('refunds: a part -> 202 once the journal holds it, its hint at the active region, listed as accepted and later as processed', async () => {
  const bench = await paidBench();
  const answer = await post(bench, { refund_id: 'r-1', amount: 3.5 });
  expect([answer.statusCode, bodyOf(answer)]).toEqual([202, { refund_id: 'r-1', transaction_id: 't-1', amount: '3.50', status: 'accepted' }]);
  expect(bench.world.backstage.queues.waiting('us-east-1')).toHaveLength(1);
  expect(bodyOf(await list(bench))).toEqual({ refunds: [{ refund_id: 'r-1', transaction_id: 't-1', amount: '3.50', status: 'accepted' }] });
  await settle(bench);
  expect(bodyOf(await list(bench))).toEqual({ refunds: [{ refund_id: 'r-1', transaction_id: 't-1', amount: '3.50', status: 'processed' }] });
});

test('refunds: the same again, before and after its outcome -> 200 with the same body; with another amount -> 409', async () => {
  const bench = await paidBench();
  const first = await post(bench, { refund_id: 'r-1', amount: '3.5' });
  for (let i = 0; i < 2; i += 1) {
    const again = await post(bench, { refund_id: 'r-1', amount: '3.50' });
    expect([again.statusCode, again.body]).toEqual([200, first.body]);
    await settle(bench);
  }
  const other = await post(bench, { refund_id: 'r-1', amount: '3.51' });
  expect([other.statusCode, bodyOf(other)['code']]).toEqual([409, 'idempotency_conflict']);
});

test('refunds: no amount -> all that is left, also when repeated; then nothing is left', async () => {
  const bench = await paidBench();
  await post(bench, { refund_id: 'r-1', amount: '3.50' });
  for (const status of [202, 200]) {
    const rest = await post(bench, { refund_id: 'r-2' });
    expect([rest.statusCode, bodyOf(rest)['amount']]).toEqual([status, '6.50']);
  }
  for (const body of [{ refund_id: 'r-3' }, { refund_id: 'r-4', amount: '0.01' }]) {
    const more = await post(bench, body);
    expect([more.statusCode, bodyOf(more)['code']]).toEqual([409, 'exceeds_charge']);
  }
});

test('refunds: one that failed -> listed with its reason, and its amount may be refunded again', async () => {
  const bench = await paidBench();
  bench.world.backstage.acquirer.behave({ mode: 'decline', times: 1 });
  await post(bench, { refund_id: 'r-1' });
  await settle(bench);
  expect(bodyOf(await list(bench))).toEqual({ refunds: [{ refund_id: 'r-1', transaction_id: 't-1', amount: '10.00', status: 'failed', error: 'refund_declined' }] });
  expect((await post(bench, { refund_id: 'r-2' })).statusCode).toBe(202);
});

test('refunds: of a payment that is not in the books -> 409 not_refundable', async () => {
  const bench = await createBench();
  await createAcceptHandler(bench.ports())(httpEvent('POST /payments', { body: goodPayment }));
  const answer = await post(bench, { refund_id: 'r-1' });
  expect([answer.statusCode, bodyOf(answer)['code']]).toEqual([409, 'not_refundable']);
});

test.each([
  ['nobody accepted', { id: 't-2' }],
  ['another merchant\'s', { authorization: `Bearer ${otherKey}` }],
])('refunds: of a payment %s -> 404 from both, and nothing is stored', async (_what, asked) => {
  const bench = await paidBench();
  for (const answer of [await post(bench, { refund_id: 'r-1' }, asked), await list(bench, asked)]) expect([answer.statusCode, bodyOf(answer)['code']]).toEqual([404, 'not_found']);
  expect(bench.world.backstage.journal.payments()[0]?.refunds).toBeUndefined();
});

test.each<[string, Record<string, unknown>, string | undefined]>([
  ['no id', {}, 'refund_id'],
  ['a card number as id', { refund_id: '4111111111111111' }, 'refund_id'],
  ['an id with a space', { refund_id: 'a b' }, 'refund_id'],
  ['a field too many', { refund_id: 'r-1', currency: 'USD' }, 'currency'],
  ['more decimals than the currency has', { refund_id: 'r-1', amount: '1.001' }, 'amount'],
  ['nothing', { refund_id: 'r-1', amount: 0 }, 'amount'],
  ['less than nothing', { refund_id: 'r-1', amount: '-1' }, 'amount'],
  ['an amount that is none', { refund_id: 'r-1', amount: null }, 'amount'],
])('refunds: %s -> 400 that names the field and repeats nothing', async (_what, body, field) => {
  const bench = await paidBench();
  const answer = await post(bench, body);
  expect([answer.statusCode, bodyOf(answer)['code'], bodyOf(answer)['field']]).toEqual([400, 'invalid_request', field]);
  expect(answer.body + bench.lines.join()).not.toContain('4111');
  expect(bench.world.backstage.journal.payments()[0]?.refunds).toBeUndefined();
});

test('refunds: the journal does not answer -> 503, ask again', async () => {
  const bench = await paidBench();
  bench.world.breakage.add({ part: 'journal', when: 'after' });
  for (const answer of [await post(bench, { refund_id: 'r-1' }), await list(bench)]) expect(answer.statusCode).toBe(503);
});
