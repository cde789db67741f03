/**
 * A dependency that is away: what goes on without it, what waits, and that nothing which waited is lost. And the twin's
 * own orders: what it refuses, what it shows of a region that is gone, and what is there after it was stopped.
 * A failover starts only when asked for (`--failover approval`), so that each test sees the fault alone; what a lost
 * ledger does under `automatic` is a drill of its own (`ledger-loss`).
 */
import { request as httpRequest } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Region } from '@understudy/core';
import { followsIn, isHealedIn, untilState } from '../crash-points/waits.ts';
import { RunningTwin } from '../drill/running-twin.ts';
import { withStory } from '../drill/story.ts';
import type { Service } from '../network.ts';
import { doorsOf, payment } from './client.ts';
import type { Doors } from './client.ts';

const SETTLE_LIMIT_MS = 40_000;
/** More than three visibility time-outs of 5 s: each hint is then in the dead-letter queue. */
const AWAY_MS = 20_000;
const pause = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));

let dataDir: string;
let twin: RunningTwin;
let doors: Doors;

const start = async (basePort?: number): Promise<void> => {
  twin = await RunningTwin.start({ dataDir, failover: 'approval', ...(basePort === undefined ? {} : { basePort }) });
  doors = doorsOf(twin);
};

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'understudy-e2e-'));
  await start();
});

afterAll(async () => {
  await twin?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const active = async () => (await twin.state()).epoch;
const statusesOf = async (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await doors.east2.read(id)).body['status']));
const untilAll = (ids: readonly string[], status: string) =>
  vi.waitFor(async () => expect(new Set(await statusesOf(ids))).toEqual(new Set([status])), { timeout: SETTLE_LIMIT_MS, interval: 500 }).catch(async (error: unknown) => {
    throw await withStory(twin, error);
  });
const untilFollowing = (region: Region) => untilState(twin, `${region} follows as a standby`, followsIn(region));

async function expectInTheBooks(ids: readonly string[], region: Region): Promise<void> {
  const rows = await twin.ledger(region);
  const charges = await twin.charges();
  for (const id of ids) {
    expect(rows.filter((row) => row.transaction_id === id)).toMatchObject([{ status: 'processed' }]);
    expect(charges.filter((charge) => charge.transaction_id === id)).toMatchObject([{ charges: 1, voids: 0 }]);
  }
}

/** Payments through both regions; their ids. */
async function payEverywhere(prefix: string, count: number): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: count }, async (_, n) => {
    const id = `${prefix}-${n}`;
    expect((await (n % 2 === 0 ? doors.east1 : doors.east2).pay(payment(id))).status).toBe(202);
    return id;
  }));
}

describe('control API', () => {
  const order = (path: string, options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {}) =>
    new Promise<{ readonly status: number; readonly body: Record<string, unknown> }>((resolve, reject) => {
      const call = httpRequest(`${twin.urls.console}${path}`, { method: options.method ?? 'POST', headers: options.headers }, (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString()));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      });
      call.once('error', reject);
      call.end(options.body);
    });

  test('orders that cannot be understood -> a 4xx that says what is allowed, and nothing happens', async () => {
    const before = await twin.state();
    const cases = [
      ['/twin/regions/eu-west-1/kill', 400], ['/twin/regions/us-east-1/explode', 404], ['/twin/regions/us-east-1/services/disk', 400], ['/twin/nothing', 404], ['/twin/ledger/eu-west-1/payments', 404],
    ] as const;
    for (const [path, status] of cases) expect(await order(path)).toMatchObject({ status, body: { error: expect.stringMatching(/\S/) } });
    const service = '/twin/regions/us-east-1/services/sqs';
    for (const body of ['{', '[]', '{"fail":"yes"}', '{"delayMs":-1}', '{"delayMs":1e9}', '{"unknown":1}', ' '.repeat(17 * 1024)]) expect(await order(service, { body })).toMatchObject({ status: 400 });
    expect(await order('/twin/failover', { body: '{"to":"eu-west-1"}' })).toMatchObject({ status: 400 });
    expect(await order('/twin/failover', { body: '{"to":"us-east-1"}' })).toMatchObject({ status: 409, body: { code: 'not_now' } });
    expect(await order('/twin/keys', { body: '{"merchant":"a b"}' })).toMatchObject({ status: 400 });
    expect(await order('/twin/ledger/eu-west-1/payments', { method: 'GET' })).toMatchObject({ status: 400 });
    for (const [method, path] of [['GET', '/twin/regions/us-east-1/kill'], ['POST', '/twin/state'], ['DELETE', '/twin/state'], ['PUT', '/twin/failover']] as const) {
      expect([404, 405]).toContain((await order(path, { method })).status);
    }
    expect((await twin.state()).regions).toEqual({ 'us-east-1': { ...before.regions['us-east-1'], ledger: expect.anything() }, 'us-east-2': { ...before.regions['us-east-2'], ledger: expect.anything() } });
  });

  test('orders from a foreign web page, or under a foreign name -> 403', async () => {
    const port = String(twin.basePort);
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { origin: `http://127.0.0.1:${Number(port) + 1}` }, { host: 'evil.example' }, { host: `evil.example:${port}` }] as const) {
      expect(await order('/twin/regions/us-east-1/kill', { headers })).toMatchObject({ status: 403 });
      expect((await order('/twin/state', { method: 'GET', headers })).status).toBe(403);
    }
    expect((await order('/twin/witness/restore', { headers: { origin: `http://127.0.0.1:${port}` } })).status).toBe(409);
  });

  test('a killed standby -> its ledger cannot be shown and says why; the events tell; restored, it follows', async () => {
    const stream = await fetch(`${twin.urls.console}/twin/events`);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    await twin.region('us-east-2', 'kill');
    const answer = await order('/twin/ledger/us-east-2/payments', { method: 'GET' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'not_now', error: expect.stringContaining('the ledger of us-east-2 is down') } });
    await expect(twin.region('us-east-2', 'kill')).rejects.toThrow('us-east-2 is down already');
    await twin.region('us-east-2', 'restore');
    await untilFollowing('us-east-2');
    const text = await readUntil(stream, 'event: region_restored');
    expect(text).toContain('event: region_killed');
    expect(text).toMatch(/id: \d+\nevent: region_killed\ndata: \{.*"region":"us-east-2".*\}\n\n/);
  });

  async function readUntil(stream: Response, wanted: string): Promise<string> {
    let text = '';
    for await (const part of stream.body ?? []) {
      text += Buffer.from(part).toString('utf8');
      if (text.includes(`${wanted}\ndata`) && text.endsWith('\n\n')) break;
    }
    return text;
  }
});

describe('away', () => {
  test("us-east-1's DynamoDB endpoint -> both regions accept and read with bounded latency, everything settles, the epoch stands", async () => {
    const before = await active();
    await twin.service('us-east-1', 'dynamodb', { fail: true });
    const ids: string[] = [];
    const slowest = { ms: 0 };
    const until = Date.now() + 15_000;
    for (let n = 0; Date.now() < until; n += 1) {
      const startedAt = performance.now();
      ids.push(...(await payEverywhere(`endpoint-${n}`, 2)));
      expect((await doors.east1.read(`endpoint-${n}-0`)).status).toBe(200);
      slowest.ms = Math.max(slowest.ms, performance.now() - startedAt);
      await pause(200);
    }
    expect(slowest.ms).toBeLessThan(5_000);
    expect(await active()).toEqual(before);
    await untilAll(ids, 'processed');
    await twin.service('us-east-1', 'dynamodb', { fail: false });
    await expectInTheBooks(ids, 'us-east-1');
  });

  test.each<[Service]>([['ledger'], ['acquirer']])('the %s for longer than three visibility time-outs -> accepted all the while; then all processed, none quarantined', async (service) => {
    const before = await active();
    for (const region of ['us-east-1', 'us-east-2'] as const) await twin.service(region, service, { fail: true });
    const ids = await payEverywhere(`without-${service}`, 12);
    // Told as accepted, not as an outcome: nothing is in the books.
    const asked = doors.east1.pay(payment(`asked-without-${service}`), '/process');
    await pause(AWAY_MS);
    expect((await asked).status).toBe(202);
    expect(new Set(await statusesOf(ids))).toEqual(new Set(['accepted']));
    const during = await payEverywhere(`late-without-${service}`, 4);
    for (const region of ['us-east-1', 'us-east-2'] as const) await twin.service(region, service, { fail: false });
    const all = [...ids, ...during, `asked-without-${service}`];
    await untilAll(all, 'processed');
    expect(await active()).toEqual(before);
    await expectInTheBooks(all, 'us-east-1');
  });
});

describe('stop and start', () => {
  let kept: readonly string[] = [];

  test('stopped with Ctrl-C just after 202, started again -> everything acknowledged is there and gets settled', async () => {
    kept = await payEverywhere('before-stop', 20);
    await twin.end('SIGINT');
    await start(twin.basePort);
    await untilAll(kept, 'processed');
    await expectInTheBooks(kept, 'us-east-1');
  });

  test('the supervisor killed just after 202, started again -> the same', async () => {
    const more = await payEverywhere('before-kill', 20);
    await twin.end('SIGKILL');
    await start(twin.basePort);
    kept = [...kept, ...more];
    await untilAll(kept, 'processed');
    await expectInTheBooks(kept, 'us-east-1');
  });

  test.each<NodeJS.Signals>(['SIGINT', 'SIGKILL'])('%s while us-east-2 is active -> it still is, under the same epoch, and DNS answers it', async (signal) => {
    if ((await active())?.activeRegion !== 'us-east-2') await twin.order('/twin/failover', { to: 'us-east-2' });
    await untilState(twin, 'the move to us-east-2 is healed', isHealedIn('us-east-2'));
    await untilFollowing('us-east-1');
    const before = await active();
    const more = await payEverywhere(`moved-${signal}`, 10);
    await twin.end(signal);
    await start(twin.basePort);
    expect(await active()).toEqual(before);
    expect((await twin.state()).resolver.region).toBe('us-east-2');
    kept = [...kept, ...more];
    await untilAll(kept, 'processed');
    await expectInTheBooks(kept, 'us-east-2');
    await untilFollowing('us-east-1');
  });
});
