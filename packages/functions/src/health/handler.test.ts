import { expect, test } from 'vitest';
import { epochOf, firstEpochRecord } from '@understudy/core';
import { bodyOf, createBench, httpEvent } from '../shared/test-support/bench.ts';
import { createHealthHandler } from './handler.ts';

const policy = { cacheMs: 5000, limitMs: 1000 };
const event = httpEvent('GET /health', { authorization: null });

test('health: a region that can accept -> 200 without a key, and whether it is active', async () => {
  const bench = await createBench();
  for (const [region, active] of [['us-east-1', true], ['us-east-2', false]] as const) {
    const result = await createHealthHandler(bench.ports(region), policy)(event);
    expect([result.statusCode, bodyOf(result)]).toEqual([200, { status: 'healthy', region, active }]);
  }
});

test('health: the canary cannot be written -> 503 with the reason, remembered for a moment, then healthy again', async () => {
  const bench = await createBench();
  const handler = createHealthHandler(bench.ports(), policy);
  const mend = bench.world.breakage.add({ part: 'canary', when: 'before' });
  const result = await handler(event);
  expect([result.statusCode, bodyOf(result)]).toEqual([503, { status: 'unhealthy', reason: 'cannot_accept', region: 'us-east-1' }]);
  mend();
  expect((await handler(event)).statusCode).toBe(503);
  bench.world.clock.advance(policy.cacheMs);
  expect((await handler(event)).statusCode).toBe(200);
});

test('health: the DNS primary after a failover -> 503 until the way back', async () => {
  const bench = await createBench();
  const { clock, epochs } = bench.world;
  await epochs.compareAndSet({ epoch: epochOf(1), phase: 'open' }, { ...firstEpochRecord('us-east-2', clock.now()), epoch: epochOf(2) });
  const result = await createHealthHandler(bench.ports(), policy)(event);
  expect([result.statusCode, bodyOf(result)['reason']]).toEqual([503, 'not_active']);
  expect((await createHealthHandler(bench.ports('us-east-2'), policy)(event)).statusCode).toBe(200);
});
