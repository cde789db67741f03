// What DNS is told over the in-memory world: it follows acceptance, with the latch, and costs one canary at a time.
import { expect, test } from 'vitest';
import type { Region } from '../domain/region/region.ts';
import { createHealthCheck } from './check-health.ts';
import type { HealthPorts } from './check-health.ts';
import { createWorld, east, other } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

const policy = { cacheMs: 5000, limitMs: 1000 };
const portsOf = (world: World, region: Region): HealthPorts => ({ region, clock: world.clock, canary: world.regions[region].canary, epochs: world.regions[region].epochs });

async function moveTo(world: World, activeRegion: Region): Promise<void> {
  const record = await world.epochs.read();
  await world.backstage.epochs.compareAndSet(record, { ...record, activeRegion });
}

test.each([east, other])('health: %s can accept while us-east-1 is active -> healthy', async (region) => {
  const world = await createWorld({ seed: 1 });
  expect(await createHealthCheck(portsOf(world, region), policy)()).toEqual({ healthy: true });
  expect(world.backstage.canary.writtenAt.has(region)).toBe(true);
});

test('health: DNS primary and not active -> latched; the other, active -> healthy', async () => {
  const world = await createWorld({ seed: 1, activeRegion: other });
  expect(await createHealthCheck(portsOf(world, east), policy)()).toEqual({ healthy: false, reason: 'not_active' });
  expect(await createHealthCheck(portsOf(world, other), policy)()).toEqual({ healthy: true });
});

test('health: the role comes back -> unlatched once the cache is over', async () => {
  const world = await createWorld({ seed: 1, activeRegion: other });
  const health = createHealthCheck(portsOf(world, east), { ...policy, limitMs: 0 });
  await health();
  await moveTo(world, east);
  expect(await health()).toEqual({ healthy: false, reason: 'not_active' });
  world.clock.advance(5000);
  expect(await health()).toEqual({ healthy: true });
});

test('health: the ledger is gone -> no matter', async () => {
  const world = await createWorld({ seed: 1 });
  world.backstage.ledgers.stop(east);
  expect(await createHealthCheck(portsOf(world, east), policy)()).toEqual({ healthy: true });
});

test.each(['canary', 'epochs'] as const)('health: %s fails -> cannot accept', async (part) => {
  const world = await createWorld({ seed: 1 });
  world.breakage.add({ part, when: 'before' });
  expect(await createHealthCheck(portsOf(world, east), policy)()).toEqual({ healthy: false, reason: 'cannot_accept' });
});

test('health: the canary never answers -> cannot accept after the limit', async () => {
  const world = await createWorld({ seed: 1 });
  const startedAt = world.clock.now();
  const health = createHealthCheck({ ...portsOf(world, east), canary: { write: () => new Promise(() => {}) } }, policy);
  expect(await health()).toEqual({ healthy: false, reason: 'cannot_accept' });
  expect(world.clock.now() - startedAt).toBe(1000);
});

test('health: asked by many at once and again while fresh -> one canary', async () => {
  const world = await createWorld({ seed: 1 });
  let writes = 0;
  const health = createHealthCheck({ ...portsOf(world, east), canary: { write: async () => { writes += 1; } } }, policy);
  await Promise.all([health(), health(), health()]);
  await health();
  expect(writes).toBe(1);
  world.clock.advance(5000);
  await health();
  expect(writes).toBe(2);
});

test('health: a bug in the canary -> is not taken for a region that cannot accept', async () => {
  const world = await createWorld({ seed: 1 });
  const health = createHealthCheck({ ...portsOf(world, east), canary: { write: () => Promise.reject(new TypeError('a bug')) } }, policy);
  await expect(health()).rejects.toThrow('a bug');
});
