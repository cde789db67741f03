/** The failover records, with real health checks over HTTP against regions that can be told what to answer. */
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { Resolver, answer } from './resolver.ts';
import type { ResolverChange, ResolverOptions } from './resolver.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Region {
  readonly port: number;
  /** The status of /health; 0 never answers. */
  health: number;
  /** Statuses for the next checks, before `health` holds again. */
  plan: number[];
  checks: number;
  connections: number;
}

async function startRegion(name: string): Promise<Region> {
  const region = { port: 0, health: 200, plan: [] as number[], checks: 0, connections: 0 };
  const server = createServer((request, response) => {
    if (request.url !== '/health') {
      response.end(name);
      return;
    }
    region.checks += 1;
    const status = region.plan.shift() ?? region.health;
    if (status !== 0) response.writeHead(status).end('{}');
  });
  server.on('connection', () => (region.connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  region.port = (server.address() as AddressInfo).port;
  return region;
}

interface Setup {
  readonly resolver: Resolver;
  readonly port: number;
  readonly east1: Region;
  readonly east2: Region;
  readonly changes: ResolverChange[];
}

async function start(options: Partial<ResolverOptions> = {}): Promise<Setup> {
  const east1 = await startRegion('east1');
  const east2 = await startRegion('east2');
  const changes: ResolverChange[] = [];
  const resolver = new Resolver({
    primary: { region: 'us-east-1', port: east1.port },
    secondary: { region: 'us-east-2', port: east2.port },
    intervalMs: 10,
    threshold: 3,
    timeoutMs: 1_000,
    ttlMs: 0,
    onChange: (change) => changes.push(change),
    ...options,
  });
  cleanups.push(() => resolver.close());
  return { resolver, port: await resolver.listen(0), east1, east2, changes };
}

function fetchText(port: number, agent: Agent | false = false): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get({ port, host: '127.0.0.1', agent }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    response.on('end', () => resolve(text));
  }).on('error', reject);
  return promise;
}

test.each([
  [true, true, 'primary'],
  [true, false, 'primary'],
  [false, true, 'secondary'],
  [false, false, 'primary'],
])('records: primary healthy %s, secondary healthy %s -> %s', (primary, secondary, expected) => {
  expect(answer({ primary, secondary })).toBe(expected);
});

test('resolver: primary unhealthy, both unhealthy, primary back -> secondary, PRIMARY, primary; each change is told', async () => {
  const { resolver, port, east1, east2, changes } = await start();
  expect(await fetchText(port)).toBe('east1');
  east1.health = 503;
  await vi.waitUntil(() => resolver.state().region === 'us-east-2');
  expect(resolver.state()).toMatchObject({ region: 'us-east-2', healthy: { 'us-east-1': false, 'us-east-2': true } });
  expect(await fetchText(port)).toBe('east2');
  east2.health = 503;
  await vi.waitUntil(() => resolver.state().region === 'us-east-1');
  expect(resolver.state().healthy).toEqual({ 'us-east-1': false, 'us-east-2': false });
  expect(await fetchText(port)).toBe('east1');
  east1.health = 200;
  await vi.waitUntil(() => resolver.state().healthy['us-east-1'] === true);
  expect(changes).toMatchObject([
    { kind: 'health', region: 'us-east-1', healthy: false },
    { kind: 'region', region: 'us-east-2' },
    { kind: 'health', region: 'us-east-2', healthy: false },
    { kind: 'region', region: 'us-east-1' },
    { kind: 'health', region: 'us-east-1', healthy: true },
  ]);
});

test('resolver: the health check hangs -> unhealthy after threshold time-outs, and traffic moves', async () => {
  const { resolver, port, east1 } = await start({ timeoutMs: 300 });
  east1.health = 0;
  await vi.waitUntil(() => resolver.state().region === 'us-east-2', { timeout: 5_000 });
  expect(await fetchText(port)).toBe('east2');
});

test('resolver: one failure fewer than the threshold, again and again -> nothing changes', async () => {
  const { resolver, east1, changes } = await start();
  east1.plan = [503, 503, 200, 503, 503, 200, 200, 503, 503];
  await vi.waitUntil(() => east1.plan.length === 0);
  const checks = east1.checks;
  await vi.waitUntil(() => east1.checks > checks + 1);
  expect(changes).toEqual([]);
  expect(resolver.state()).toMatchObject({ region: 'us-east-1', healthy: { 'us-east-1': true } });
});

test('resolver: an unhealthy region answers well, one time fewer than the threshold -> it stays unhealthy', async () => {
  const { resolver, east1, changes } = await start();
  east1.health = 503;
  await vi.waitUntil(() => resolver.state().region === 'us-east-2');
  east1.plan = [200, 200, 503, 200, 200];
  await vi.waitUntil(() => east1.plan.length === 0);
  const checks = east1.checks;
  await vi.waitUntil(() => east1.checks > checks + 1);
  expect(changes).toHaveLength(2);
  expect(resolver.state()).toMatchObject({ region: 'us-east-2', healthy: { 'us-east-1': false } });
});

test('resolver: TTL -> clients are sent to the old region until it has passed', async () => {
  const { resolver, port, east1, changes } = await start({ ttlMs: 400 });
  east1.health = 503;
  await vi.waitUntil(() => changes.length === 1, { interval: 1 });
  const turnedMs = performance.now();
  expect(await fetchText(port)).toBe('east1');
  expect(resolver.state()).toMatchObject({ region: 'us-east-1', healthy: { 'us-east-1': false } });
  await vi.waitUntil(() => resolver.state().region === 'us-east-2', { interval: 5 });
  expect(performance.now() - turnedMs).toBeGreaterThanOrEqual(380);
  expect(await fetchText(port)).toBe('east2');
});

test('resolver: a connection that exists -> stays where it is; a new one follows DNS', async () => {
  const { resolver, port, east1 } = await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.push(() => agent.destroy());
  expect(await fetchText(port, agent)).toBe('east1');
  east1.health = 503;
  await vi.waitUntil(() => resolver.state().region === 'us-east-2');
  expect(await fetchText(port, agent)).toBe('east1');
  expect(await fetchText(port)).toBe('east2');
});

test('resolver: health ports of their own -> checks go there, traffic does not', async () => {
  const checked = await startRegion('checked');
  const served = await startRegion('served');
  const { resolver, port } = await start({ primary: { region: 'us-east-1', port: served.port, healthPort: checked.port } });
  expect(await fetchText(port)).toBe('served');
  checked.health = 500;
  await vi.waitUntil(() => resolver.state().region === 'us-east-2');
  expect(served.checks).toBe(0);
});

test('resolver: 2,000 silent connections -> none reaches a region, others are served, all are closed in time', async () => {
  // So rare that the checks do not count as connections here.
  const { port, east1, east2 } = await start({ firstByteTimeoutMs: 1_500, intervalMs: 3_600_000 });
  await vi.waitUntil(() => east1.checks === 1 && east2.checks === 1);
  const [from1, from2] = [east1.connections, east2.connections];
  let closed = 0;
  const sockets: Socket[] = [];
  cleanups.push(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(
    Array.from({ length: 2_000 }, () => {
      const socket = connect({ port, host: '127.0.0.1' });
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('close', () => (closed += 1));
      socket.resume();
      return once(socket, 'connect');
    }),
  );
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetchText(port)));
  expect(answers.every((text) => text === 'east1')).toBe(true);
  expect(east1.connections - from1).toBe(20);
  expect(east2.connections - from2).toBe(0);
  await vi.waitUntil(() => closed === 2_000, { timeout: 10_000 });
  expect(await fetchText(port)).toBe('east1');
});

test('resolver: closed -> no check and no change follows', async () => {
  const { resolver, east1, changes } = await start({ ttlMs: 50 });
  east1.health = 503;
  await vi.waitUntil(() => changes.length === 1, { interval: 1 });
  await resolver.close();
  const checks = east1.checks;
  await wait(150);
  expect(east1.checks).toBe(checks);
  expect(changes).toHaveLength(1);
});
