import { inMemoryEndpointSecrets } from '@understudy/adapters/in-memory';
import { expect, test } from 'vitest';
import { ENDPOINTS_MAX, parseEndpointRequest } from '../domain/event/endpoint.ts';
import type { Caller } from './accept-payment.ts';
import { addEndpoint, listEndpoints, removeEndpoint } from './webhook-endpoints.ts';
import type { EndpointPorts } from './webhook-endpoints.ts';
import { createWorld, east, other, shop } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const ports = (world: World, region = east): EndpointPorts => {
  const { endpoints, webhooks, log } = world.regions[region];
  return { endpoints, webhooks, log, clock: { now: () => world.clock.now(), sleep: async () => {} }, random: world.random, secrets: inMemoryEndpointSecrets };
};

const url = 'https://shop.example/hook';
const listed = async (world: World, caller: Caller = shop): Promise<readonly string[]> => {
  const result = await listEndpoints(ports(world), caller);
  return result.code === 'listed' ? result.endpoints.map((endpoint) => endpoint.url) : [result.code];
};

test('endpoints: added in one region -> listed and removed in the other; its secret stays the same', async () => {
  const world = await createWorld({ seed: 1 });
  const added = await addEndpoint(ports(world), shop, { url, events: ['payment.failed'] });
  if (added.code !== 'added') throw new Error(added.code);
  expect(added.secret).toBe(`whsec_shop_${added.endpoint.id}`);
  expect(await listEndpoints(ports(world, other), shop)).toMatchObject({ endpoints: [{ id: added.endpoint.id, url, events: ['payment.failed'], live: true, keyId: 'k1' }] });
  expect(await removeEndpoint(ports(world, other), shop, added.endpoint.id)).toEqual({ code: 'removed' });
  expect(await removeEndpoint(ports(world), shop, added.endpoint.id)).toEqual({ code: 'not_found' });
  expect(await listed(world)).toEqual([]);
});

test('endpoints: an address that may not be called, the same address again, one too many -> refused', async () => {
  const world = await createWorld({ seed: 1 });
  expect(await addEndpoint(ports(world), shop, { url: 'http://shop.example' })).toEqual({ code: 'url_refused', reason: 'must begin with https://' });
  for (let n = 0; n < ENDPOINTS_MAX; n += 1) expect(await addEndpoint(ports(world), shop, { url: `${url}/${n}` })).toMatchObject({ code: 'added' });
  expect(await addEndpoint(ports(world), shop, { url: `${url}/3` })).toEqual({ code: 'webhook_exists' });
  expect(await addEndpoint(ports(world), shop, { url })).toEqual({ code: 'too_many_webhooks' });
});

test('endpoints: test and live of one merchant -> apart, also for one address', async () => {
  const world = await createWorld({ seed: 1 });
  const inTest = { ...shop, live: false };
  const added = await addEndpoint(ports(world), shop, { url });
  expect(await addEndpoint(ports(world), inTest, { url })).toMatchObject({ code: 'added', endpoint: { live: false } });
  expect([await listed(world), await listed(world, inTest)]).toEqual([[url], [url]]);
  expect(await removeEndpoint(ports(world), inTest, added.code === 'added' ? added.endpoint.id : '')).toEqual({ code: 'not_found' });
});

test('endpoints: many changes at once from both regions -> all of them stand', async () => {
  const world = await createWorld({ seed: 1 });
  const results = await Promise.all([1, 2, 3, 4].map((n) => addEndpoint(ports(world, n % 2 === 0 ? east : other), shop, { url: `${url}/${n}` })));
  expect(results.map((result) => result.code)).toEqual(['added', 'added', 'added', 'added']);
  expect((await listed(world)).toSorted()).toEqual([1, 2, 3, 4].map((n) => `${url}/${n}`));
});

test('endpoints: the answer of the write is lost -> added once, and said so; the same for a removal', async () => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'endpoints', when: 'after', method: 'replace', times: 1 });
  const added = await addEndpoint(ports(world), shop, { url });
  expect([added.code, await listed(world)]).toEqual(['added', [url]]);
  world.breakage.add({ part: 'endpoints', when: 'after', method: 'replace', times: 1 });
  expect(await removeEndpoint(ports(world), shop, added.code === 'added' ? added.endpoint.id : '')).toEqual({ code: 'removed' });
  expect(await listed(world)).toEqual([]);
});

test('endpoints: the table cannot be reached -> unavailable', async () => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part: 'endpoints', when: 'before' });
  expect((await addEndpoint(ports(world), shop, { url })).code).toBe('unavailable');
  expect((await removeEndpoint(ports(world), shop, 'wh_1')).code).toBe('unavailable');
  expect(await listed(world)).toEqual(['unavailable']);
});

test.each([
  ['no object', [], undefined], ['no url', {}, 'url'], ['a url that is no text', { url: 7 }, 'url'], ['a url without end', { url: 'x'.repeat(2049) }, 'url'],
  ['an unknown event', { url, events: ['payment.lost'] }, 'events'], ['no events', { url, events: [] }, 'events'], ['an event twice', { url, events: ['payment.failed', 'payment.failed'] }, 'events'],
  ['an unknown field', { url, secret: 'x' }, 'secret'],
])('endpoint request: %s -> refused, naming the field', (_what, body, field) => {
  const parsed = parseEndpointRequest(body);
  expect(parsed.ok ? [] : parsed.faults.map((fault) => fault.field)).toEqual([field]);
});
