/**
 * Keys as merchants and operators have them, through both regions' own doors: what a key may do, how fast a revocation is
 * felt, what is said while a region or the table is away, and that merchants and modes neither meet nor starve each other.
 */
import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sha256Hex } from '@understudy/adapters/system';
import { merchantLimit, usageKeyOf } from '@understudy/functions/manifest';
import { isHealedIn, untilState } from '../crash-points/waits.ts';
import { RunningTwin } from '../drill/running-twin.ts';
import { doorsOf, merchantKey, payment } from './client.ts';
import type { Answer, Doors } from './client.ts';

const command = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
/** What the gateway remembers for 5 s, a look at the table, and patience with a busy machine; counted from when the command has said that it is done. */
const REVOKED_WITHIN_MS = 10_000;
const LIMIT_MS = 60_000;

let twin: RunningTwin;

beforeAll(async () => {
  twin = await RunningTwin.start();
});

afterAll(async () => {
  agent.destroy();
  await twin?.stop();
});

const understudy = (...args: readonly string[]): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [command, ...args, '--json', '--base', String(twin.basePort)], { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args.join(' ')}: ${stderr}`));
      else resolve(JSON.parse(stdout) as Record<string, unknown>);
    });
  });

interface Key {
  readonly id: string;
  readonly text: string;
}

async function createKey(merchant: string, ...options: readonly string[]): Promise<Key> {
  const made = await understudy('keys', 'create', '--merchant', merchant, ...options);
  return { id: String(made['key_id']), text: String(made['key']) };
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** The least that an HTTP request can cost this process. */
const knock = (url: string, key: string): Promise<{ readonly status: number; readonly retryAfter: string | null }> =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${key}` } }, (response) => {
      response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null }));
    }).once('error', reject);
  });

const doorsWith = (key: string): Doors => doorsOf(twin, key);
const unknownKey = `us_test_${'z'.repeat(43)}`;
const both = (doors: Doors) => [doors.east1, doors.east2];
const statusAt = async (doors: Doors): Promise<readonly number[]> => Promise.all(both(doors).map(async (door) => (await door.read('nothing')).status));
const chargesOf = async (side: '' | '/live', id: string): Promise<readonly { readonly live: boolean }[]> => {
  const record = (await (await fetch(`${twin.urls.acquirer}${side}/charges`)).json()) as readonly { readonly transaction_id: string; readonly live: boolean }[];
  return record.filter((charge) => charge.transaction_id === id);
};

test('revocation: of a key in use in both regions -> refused in both within seconds, while another key of its merchant works on', async () => {
  const [leaked, kept] = [await createKey('revoked-shop'), await createKey('revoked-shop')];
  expect(await statusAt(doorsWith(leaked.text))).toEqual([404, 404]);
  await understudy('keys', 'revoke', leaked.id, '--reason', 'leaked');
  const startedAt = Date.now();
  await vi.waitFor(async () => expect(await statusAt(doorsWith(leaked.text))).toEqual([401, 401]), { timeout: LIMIT_MS, interval: 100 });
  expect(Date.now() - startedAt).toBeLessThan(REVOKED_WITHIN_MS);
  expect(await statusAt(doorsWith(kept.text))).toEqual([404, 404]);
  const { keys } = (await understudy('keys', 'list', '--merchant', 'revoked-shop')) as { readonly keys: readonly Record<string, unknown>[] };
  expect(keys.find((key) => key['key_id'] === leaked.id)).toMatchObject({ reason: 'leaked', revoked_at: expect.any(String) });
  expect(keys.find((key) => key['key_id'] === kept.id)).not.toHaveProperty('revoked_at');
  expect(JSON.stringify(keys)).not.toContain(kept.text.slice(8));
});

test('rotation: with an overlap of seconds -> both keys work, then only the new one', async () => {
  const old = await createKey('rotated-shop');
  const overlapMs = 4_000;
  const rotated = await understudy('keys', 'rotate', old.text, '--overlap', (overlapMs / 3_600_000).toFixed(4));
  const fresh = String(rotated['key']);
  expect(await statusAt(doorsWith(old.text))).toEqual([404, 404]);
  expect(await statusAt(doorsWith(fresh))).toEqual([404, 404]);
  await vi.waitFor(async () => expect(await statusAt(doorsWith(old.text))).toEqual([401, 401]), { timeout: overlapMs + REVOKED_WITHIN_MS, interval: 200 });
  expect(await statusAt(doorsWith(fresh))).toEqual([404, 404]);
});

test('scopes: a key that may only read -> 403 that names the scope, in both regions; admin may do everything', async () => {
  const reader = doorsWith((await createKey('scoped-shop', '--scope', 'payments:read')).text);
  const admin = doorsWith((await createKey('scoped-shop', '--scope', 'admin')).text);
  for (const [i, door] of both(reader).entries()) {
    expect(await door.pay(payment(`scoped-${i}`))).toMatchObject({ status: 403, body: { code: 'forbidden', error: expect.stringContaining('payments:write') } });
    expect((await door.read(`scoped-${i}`)).status).toBe(404);
    expect((await (both(admin)[i] as typeof door).pay(payment(`scoped-${i}`))).status).toBe(202);
    expect((await door.read(`scoped-${i}`)).status).toBe(200);
  }
});

test('modes: a live payment -> charged on the live side alone, and to a test key of its merchant as if it did not exist', async () => {
  const [live, tester] = [doorsWith((await createKey('both-shop', '--live')).text), doorsWith((await createKey('both-shop')).text)];
  expect((await live.east1.pay(payment('mode-live'), '/process')).status).toBe(200);
  expect((await tester.east2.pay(payment('mode-test'), '/process')).status).toBe(200);
  expect(await chargesOf('/live', 'mode-live')).toMatchObject([{ live: true }]);
  expect(await chargesOf('', 'mode-live')).toEqual([]);
  expect(await chargesOf('', 'mode-test')).toMatchObject([{ live: false }]);
  expect(await chargesOf('/live', 'mode-test')).toEqual([]);
  for (const [doors, foreign] of [[live, 'mode-test'], [tester, 'mode-live']] as const) {
    for (const door of both(doors)) {
      const [other, none] = [await door.read(foreign), await door.read('never-seen')];
      expect([other.status, other.body]).toEqual([404, none.body]);
      expect(await door.cancel(foreign)).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } });
      expect((await door.pay(payment(foreign))).status).toBe(409);
    }
  }
  const listed = async (doors: Doors) => (await doors.east1.call('/customers/customer-1/payments')).body['payments'] as readonly { readonly transaction_id: string }[];
  await vi.waitFor(async () => expect((await listed(live)).map((each) => each.transaction_id)).toEqual(['mode-live']), { timeout: LIMIT_MS, interval: 200 });
  expect((await listed(tester)).map((each) => each.transaction_id)).toEqual(['mode-test']);
});

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test('merchants: one id, one customer, two merchants -> two payments, and nothing of one is told to the other', async () => {
  const [one, two] = [doorsWith(await merchantKey(twin, 'shop-one')), doorsWith(await merchantKey(twin, 'shop-two'))];
  expect((await one.east1.pay(payment('shared', { amount: '10.00' }))).status).toBe(202);
  expect((await two.east2.read('shared')).status).toBe(404);
  expect((await two.east2.pay(payment('shared', { amount: '77.00' }))).status).toBe(202);
  for (const door of both(one)) expect((await door.read('shared')).body).toMatchObject({ amount: '10.00' });
  for (const door of both(two)) expect((await door.read('shared')).body).toMatchObject({ amount: '77.00' });
  for (const door of both(two)) expect((await door.pay(payment('shared', { amount: '10.00' }))).status).toBe(409);
  expect((await two.east1.cancel('shared')).status).not.toBe(404);
  const amounts = async (doors: Doors) => ((await doors.east2.call('/customers/customer-1/payments')).body['payments'] as readonly { readonly amount: string }[]).map((each) => each.amount);
  await vi.waitFor(async () => expect(await amounts(one)).toEqual(['10.00']), { timeout: LIMIT_MS, interval: 200 });
  await vi.waitFor(async () => expect(await amounts(two)).toEqual(['77.00']), { timeout: LIMIT_MS, interval: 200 });
  await vi.waitFor(async () => expect((await one.east1.read('shared')).body['status']).toBe('processed'), { timeout: LIMIT_MS, interval: 200 });
});

test('merchants: an id that another merchant has used -> answered no slower than one that nobody has', async () => {
  const [one, two] = [doorsWith(await merchantKey(twin, 'slow-one')), doorsWith(await merchantKey(twin, 'slow-two'))];
  const elapsed = async (door: Doors['east1'], id: string): Promise<number> => {
    const startedAt = performance.now();
    expect((await door.pay(payment(id))).status).toBe(202);
    return performance.now() - startedAt;
  };
  const times: { readonly used: number[]; readonly unused: number[] } = { used: [], unused: [] };
  for (let n = 0; n < 40; n += 1) {
    await elapsed(one.east1, `timed-${n}`);
    times.used.push(await elapsed(two.east1, `timed-${n}`));
    times.unused.push(await elapsed(two.east1, `unused-${n}`));
  }
  const [used, unused] = [median(times.used), median(times.unused)];
  // Both are one conditional put of an item of their own: what differs is chance.
  expect(Math.abs(used - unused)).toBeLessThan(Math.max(used, unused) * 0.75 + 5);
});

test('listing: all pages of a customer through both regions -> each payment once, newest first; a foreign cursor leads nowhere', async () => {
  const [one, two] = [doorsWith(await merchantKey(twin, 'list-one')), doorsWith(await merchantKey(twin, 'list-two'))];
  const ids = Array.from({ length: 7 }, (_, n) => `listed-${n}`);
  for (const id of ids) expect((await one.east1.pay(payment(id, { customer_id: 'lister' }))).status).toBe(202);
  const page = (doors: Doors, n: number, cursor: string) => (both(doors)[n % 2] as Doors['east1']).call(`/customers/lister/payments?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
  const all = async () => {
    const found: string[] = [];
    let cursor = '';
    for (let n = 0; n < 5; n += 1) {
      const { status, body } = await page(one, n, cursor);
      expect(status).toBe(200);
      found.push(...(body['payments'] as readonly { readonly transaction_id: string }[]).map((each) => each.transaction_id));
      cursor = (body['next_cursor'] as string | undefined) ?? '';
      if (cursor === '') break;
      expect((await page(two, n, cursor)).body).toEqual({ payments: [] });
    }
    return found;
  };
  await vi.waitFor(async () => expect(await all()).toEqual(ids.toReversed()), { timeout: LIMIT_MS, interval: 300 });
});

/** How many answers had each status. */
function counted(answers: readonly Pick<Answer, 'status'>[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Enough at once to be far above one merchant's share, and few enough not to crowd the process. */
const NOISY_AT_ONCE = 48;

test('limits: one merchant sends far more than its share -> 429 for the surplus, and another is served all the same', async () => {
  expect(new Set(['noisy', 'quiet'].map((merchant) => usageKeyOf(sha256Hex(merchant)))).size).toBe(2);
  const [noisyKey, quiet] = [await merchantKey(twin, 'noisy'), doorsWith(await merchantKey(twin, 'quiet'))];
  await quiet.east1.read('x');
  const noise: { readonly status: number; readonly retryAfter: string | null }[] = [];
  const isHeard = () => noise.filter(({ status }) => status === 429).length >= merchantLimit.burst;
  const deadline = Date.now() + LIMIT_MS;
  const make = async (): Promise<void> => {
    // Refused by the function without a look at anything, which is the fastest that a merchant can ask.
    while (!isHeard() && Date.now() < deadline) noise.push(await knock(`${twin.urls.regions['us-east-1']}/payments/a%20b`, noisyKey));
  };
  const makers = Array.from({ length: NOISY_AT_ONCE }, make);
  const answers: Answer[] = [];
  while (!isHeard() && Date.now() < deadline) answers.push(await quiet.east1.pay(payment(`quiet-${answers.length}`)));
  await Promise.all(makers);
  expect(noise.find(({ status }) => status === 429)?.retryAfter).toBe('1');
  expect(Object.keys(counted(noise)).toSorted()).toEqual(['400', '429']);
  expect(counted(answers)).toEqual({ 202: answers.length });
});

test('a region is killed: a known key works on, a wrong one is 401 and never 503, a revocation and a new key are felt by the survivor', async () => {
  const [kept, leaked] = [await createKey('survivor-shop'), await createKey('survivor-shop')];
  for (const key of [kept, leaked]) expect(await statusAt(doorsWith(key.text))).toEqual([404, 404]);
  await twin.region('us-east-1', 'kill');
  const at = async (key: string) => (await doorsWith(key).east2.read('nothing')).status;
  expect([await at(kept.text), await at(unknownKey), await at('us_test_short')]).toEqual([404, 401, 401]);
  await understudy('keys', 'revoke', leaked.id);
  const startedAt = Date.now();
  await vi.waitFor(async () => expect(await at(leaked.text)).toBe(401), { timeout: LIMIT_MS, interval: 100 });
  expect(Date.now() - startedAt).toBeLessThan(REVOKED_WITHIN_MS);
  const made = await createKey('survivor-shop');
  expect(await at(made.text)).toBe(404);
  await untilState(twin, 'us-east-2 is active and healed', isHealedIn('us-east-2'));
  await twin.region('us-east-1', 'restore');
  await vi.waitFor(async () => expect(await statusAt(doorsWith(leaked.text))).toEqual([401, 401]), { timeout: LIMIT_MS, interval: 200 });
  await vi.waitFor(async () => expect(await statusAt(doorsWith(made.text))).toEqual([404, 404]), { timeout: LIMIT_MS, interval: 200 });
});

test('the table is away from a region, both endpoints -> a key seen before is let in and told 503 by the function, an unseen one is 503 by the gateway, none is 401; afterwards all is as before', async () => {
  const [seen, unseen] = [await createKey('cut-shop'), await createKey('cut-shop')];
  expect((await doorsWith(seen.text).east2.read('nothing')).status).toBe(404);
  for (const service of ['dynamodb', 'dynamodb-peer'] as const) await twin.service('us-east-2', service, { fail: true });
  // Past what the gateway remembers: from here on the authorizer itself has to say what it last saw.
  const sinceMs = Date.now();
  const lookups: Answer[] = [];
  while (Date.now() - sinceMs < 7_000) lookups.push(await doorsWith(seen.text).east2.call('/customers/nobody/payments'));
  expect(counted(lookups)).toEqual({ 503: lookups.length });
  expect(lookups.at(-1)?.body['error']).toMatch(/outcome is unknown/);
  for (const key of [unseen.text, unknownKey]) expect(await doorsWith(key).east2.read('nothing')).toMatchObject({ status: 503, body: { code: 'unavailable', error: expect.stringContaining('key could not be checked') }, retryAfter: '1' });
  for (const service of ['dynamodb', 'dynamodb-peer'] as const) await twin.service('us-east-2', service, { fail: false });
  await vi.waitFor(async () => expect([(await doorsWith(seen.text).east2.read('nothing')).status, (await doorsWith(unknownKey).east2.read('nothing')).status]).toEqual([404, 401]), { timeout: LIMIT_MS, interval: 200 });
});
