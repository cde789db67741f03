import { inMemoryEndpointSecrets } from '@understudy/adapters/in-memory';
import { expect, test } from 'vitest';
import { bodyOf, createBench, httpEvent, otherKey } from '../shared/test-support/bench.ts';
import type { Asked, Bench } from '../shared/test-support/bench.ts';
import type { HttpEvent } from '../shared/http-event.ts';
import { createWebhooksHandler } from './handler.ts';

const handlerOf = (bench: Bench, region: 'us-east-1' | 'us-east-2' = 'us-east-1') =>
  createWebhooksHandler({ ...bench.world.regions[region], ...bench.ports(region), clock: { now: () => bench.world.clock.now(), sleep: async () => {} }, secrets: inMemoryEndpointSecrets });
const add = (bench: Bench, body: unknown, asked: Asked = {}) => handlerOf(bench)(httpEvent('POST /webhooks', { body, ...asked }));
const removal = (id: string, asked: Asked = {}): HttpEvent => ({ ...httpEvent('DELETE /webhooks/{webhook_id}', asked), pathParameters: { webhook_id: id } });

test('webhooks: made -> 201 with its secret; listed in either region without it; removed once, then 404', async () => {
  const bench = await createBench();
  const made = await add(bench, { url: 'https://shop.example/hook', events: ['payment.failed'] });
  const { webhook_id: id, secret } = bodyOf(made);
  expect([made.statusCode, bodyOf(made)]).toEqual([201, { webhook_id: id, url: 'https://shop.example/hook', events: ['payment.failed'], created_at: '2026-01-05T12:00:00.000Z', secret: `whsec_m1_${String(id)}` }]);
  const listed = await handlerOf(bench, 'us-east-2')(httpEvent('GET /webhooks'));
  expect(bodyOf(listed)).toMatchObject({ webhooks: [{ webhook_id: id }] });
  expect(listed.body).not.toContain(String(secret));
  expect(bodyOf(await handlerOf(bench)(httpEvent('GET /webhooks', { authorization: `Bearer ${otherKey}` })))).toEqual({ webhooks: [] });
  expect((await handlerOf(bench)(removal(String(id), { authorization: `Bearer ${otherKey}` }))).statusCode).toBe(404);
  expect(bodyOf(await handlerOf(bench)(removal(String(id))))).toEqual({ webhook_id: id, status: 'removed' });
  expect((await handlerOf(bench)(removal(String(id)))).statusCode).toBe(404);
});

test.each([
  ['an address that may not be called', { url: 'http://shop.example/' }, 400, 'url'], ['no url', {}, 400, 'url'], ['an unknown event', { url: 'https://a.example', events: ['x'] }, 400, 'events'],
  ['no object', [], 400, undefined],
])('webhooks: %s -> refused, naming the field, and nothing of it logged', async (_what, body, status, field) => {
  const bench = await createBench();
  const answer = await add(bench, body);
  expect([answer.statusCode, bodyOf(answer)['code'], bodyOf(answer)['field']]).toEqual([status, 'invalid_request', field]);
  expect(bench.lines.join('\n')).not.toContain('shop.example');
});

test('webhooks: the same url again, or an eleventh -> 409', async () => {
  const bench = await createBench();
  for (let n = 0; n < 10; n += 1) expect((await add(bench, { url: `https://shop.example/${n}` })).statusCode).toBe(201);
  expect(bodyOf(await add(bench, { url: 'https://shop.example/1' }))['code']).toBe('webhook_exists');
  expect(bodyOf(await add(bench, { url: 'https://shop.example/11' }))['code']).toBe('too_many_webhooks');
});

test('webhooks: the table away -> 503', async () => {
  const bench = await createBench();
  bench.world.breakage.add({ part: 'endpoints', when: 'before' });
  expect((await add(bench, { url: 'https://shop.example/' })).statusCode).toBe(503);
  expect((await handlerOf(bench)(httpEvent('GET /webhooks'))).statusCode).toBe(503);
  expect((await handlerOf(bench)(removal('wh_1'))).statusCode).toBe(503);
});
