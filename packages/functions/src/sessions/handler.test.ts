import { expect, test } from 'vitest';
import { createAcceptHandler } from '../accept/handler.ts';
import { createProcessHandler } from '../process/handler.ts';
import { bodyOf, createBench, goodPayment, httpEvent, otherKey } from '../shared/test-support/bench.ts';
import type { Bench } from '../shared/test-support/bench.ts';
import { createSessionsHandler } from './handler.ts';

const asked = { customer_id: 'c-1', amount: '10.00', currency: 'USD' };
const isId = /^cs_[A-Za-z0-9._:-]{1,125}$/;

const open = (bench: Bench, body: unknown = asked, region: 'us-east-1' | 'us-east-2' = 'us-east-1') => createSessionsHandler(bench.ports(region))(httpEvent('POST /sessions', { body }));
const read = (bench: Bench, id: string, authorization?: string) =>
  createSessionsHandler(bench.ports('us-east-2'))(httpEvent('GET /sessions/{session_id}', { id, ...(authorization === undefined ? {} : { authorization }) }));
const opened = async (bench: Bench): Promise<string> => String(bodyOf(await open(bench))['session_id']);
const payment = (session_id: string, changes: object = {}) => ({ body: { ...goodPayment, session_id, ...changes } });

test('sessions: opened -> 201 with what was asked, an id that may be one, and when it ends; read elsewhere -> 200, the same', async () => {
  const bench = await createBench();
  const result = await open(bench, { ...asked, amount: 10, expires_in_s: 60 });
  expect([result.statusCode, bodyOf(result)]).toEqual([201, { session_id: expect.stringMatching(isId), customer_id: 'c-1', amount: '10.00', currency: 'USD', status: 'open', expires_at: '2026-01-05T12:01:00.000Z' }]);
  const found = await read(bench, String(bodyOf(result)['session_id']));
  expect([found.statusCode, found.body]).toEqual([200, result.body]);
});

test('sessions: a request that is wrong -> 400 by its field; without a copy that can be written -> 503', async () => {
  const bench = await createBench();
  expect(bodyOf(await open(bench, { ...asked, expires_in_s: 5 }))).toMatchObject({ code: 'invalid_request', field: 'expires_in_s' });
  expect(bodyOf(await open(bench, { ...asked, amount: '10.001' }))).toMatchObject({ field: 'amount' });
  bench.world.breakage.add({ part: 'sessions', when: 'before' });
  expect((await open(bench)).statusCode).toBe(503);
});

test('sessions: an id that is none, of another merchant -> 404; one that no id can be -> 400', async () => {
  const bench = await createBench();
  const id = await opened(bench);
  expect((await read(bench, `${id}A`)).statusCode).toBe(404);
  expect((await read(bench, id, `Bearer ${otherKey}`)).statusCode).toBe(404);
  expect(bodyOf(await read(bench, 'a b'))).toMatchObject({ code: 'invalid_request', field: 'session_id' });
});

test.each(['POST /payments', 'POST /validate', 'POST /process'])('%s: with a session -> once; another payment -> 409, in use or paid; another amount or id -> 400; too late -> 409', async (route) => {
  const bench = await createBench();
  const handler = route === 'POST /process' ? createProcessHandler(bench.ports()) : createAcceptHandler(bench.ports());
  const [one, two] = [await opened(bench), await opened(bench)];
  expect((await handler(httpEvent(route, payment(one)))).statusCode).toBeLessThan(300);
  expect((await handler(httpEvent(route, payment(one)))).statusCode).toBe(200);
  const second = await handler(httpEvent(route, payment(one, { transaction_id: 't-2' })));
  expect([second.statusCode, bodyOf(second)['code']]).toEqual([409, route === 'POST /process' ? 'session_paid' : 'session_in_use']);
  for (const [changes, field] of [[{ amount: '9.99' }, 'amount'], [{ session_id: `${two}A` }, 'session_id']] as const) {
    const refused = await handler(httpEvent(route, payment(two, { transaction_id: 't-3', ...changes })));
    expect([refused.statusCode, bodyOf(refused)]).toMatchObject([400, { code: 'invalid_request', field }]);
  }
  bench.world.clock.advance(1_800_000);
  const late = await handler(httpEvent(route, payment(two, { transaction_id: 't-4' })));
  expect([late.statusCode, bodyOf(late)['code']]).toEqual([409, 'session_expired']);
});

test('sessions: nothing of what was asked -> in no log line', async () => {
  const bench = await createBench();
  const id = await opened(bench);
  await read(bench, id);
  expect(bench.lines).toHaveLength(2);
  for (const line of bench.lines) expect(line).not.toMatch(/c-1|cs_1|10\.00/);
});
