/**
 * The command as a merchant and a newcomer use it, against a running twin: paying by hand and by file, also killed in the
 * middle; looking; and the wrong uses of each verb. Moves and repairs are in moves and operator.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RunningTwin } from '../drill/running-twin.ts';

const command = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const LIMIT_MS = 60_000;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let twin: RunningTwin;
let folder: string;

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, UNDERSTUDY_URL: twin.urls.console });

const understudy = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { timeout: LIMIT_MS, env: environment(), cwd: folder }, (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err }));
  });

async function json(...args: readonly string[]): Promise<{ readonly code: number; readonly json: Record<string, unknown>; readonly err: string }> {
  const { code, out, err } = await understudy(...args, '--json');
  return { code, json: JSON.parse(out || '{}') as Record<string, unknown>, err };
}

const behave = (body: object) => fetch(`${twin.urls.acquirer}/behaviour`, { method: 'POST', body: JSON.stringify(body) });
const HEADING = 'transaction_id,customer_id,amount,currency,payment_method';

function csv(name: string, ids: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${[HEADING, ...ids.map((id) => `${id},c-file,1.00,USD,card_visa`)].join('\n')}\n`);
  return path;
}

const idsOf = (prefix: string, count: number): readonly string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const resultLines = (file: string): readonly string[] => readFileSync(`${file}.results.ndjson`, 'utf8').split('\n').slice(0, -1);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-command-'));
  twin = await RunningTwin.start();
});
afterAll(async () => {
  await twin?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('pay', () => {
  test('one payment, twice under one id -> processed both times, charged once', async () => {
    expect(await json('pay', '--amount', '12.50', '--id', 'one')).toMatchObject({ code: 0, json: { transaction_id: 'one', status: 'processed' } });
    expect(await json('pay', '--amount', '12.50', '--id', 'one')).toMatchObject({ code: 0, json: { status: 'processed' } });
    expect((await json('pay', '--amount', '12.51', '--id', 'one'))).toMatchObject({ code: 1, err: expect.stringContaining('idempotency_conflict') });
    expect((await twin.charges()).filter((charge) => charge.transaction_id === 'one')).toMatchObject([{ charges: 1 }]);
  });

  test('a file of which one is declined -> exit 1, each result in the file; again -> nothing is sent', async () => {
    await behave({ mode: 'decline', match: '^declined-1$' });
    const file = csv('declined.csv', ['declined-0', 'declined-1', 'declined-2']);
    expect(await json('pay', '--file', file)).toMatchObject({ code: 1, json: { sent: 3, processed: 2, declined: 1 } });
    expect(resultLines(file)).toHaveLength(3);
    expect(await json('pay', '--file', file)).toMatchObject({ code: 1, json: { sent: 0, processed: 2, declined: 1 } });
    await behave({ mode: 'approve' });
  });

  test.each([['SIGKILL', null], ['SIGINT', 130]] as const)('a file, ended by %s in the middle, its last line torn -> the same command goes on; each is charged once', async (signal, code) => {
    const ids = idsOf(`killed-${signal}`, 40);
    const file = csv(`${signal}.csv`, ids);
    const paying = spawn(process.execPath, [command, 'pay', '--file', file, '--rate', '10'], { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => paying.once('exit', (exitCode) => resolve(exitCode)));
    await vi.waitFor(() => expect(resultLines(file).length).toBeGreaterThan(3), { timeout: LIMIT_MS, interval: 50 });
    paying.kill(signal);
    expect(await ended).toBe(code);
    const before = resultLines(file).length;
    expect(before).toBeLessThan(ids.length);
    writeFileSync(`${file}.results.ndjson`, '{"line":41,"transaction', { flag: 'a' });
    const { code: again, json: summary } = await json('pay', '--file', file, '--rate', '100');
    expect({ again, summary }).toMatchObject({ again: 0, summary: { sent: ids.length - before, processed: ids.length } });
    expect(resultLines(file)).toHaveLength(ids.length);
    const charges = (await twin.charges()).filter((charge) => ids.includes(charge.transaction_id));
    expect(charges.map((charge) => charge.charges)).toEqual(ids.map(() => 1));
  });

  test('a file with a wrong line -> exit 2 with its number, and nothing of it is sent', async () => {
    const file = csv('wrong.csv', ['wrong-0', 'wrong-1']);
    writeFileSync(file, `wrong-2,c-file,1.001,USD,card_visa\n`, { flag: 'a' });
    const { code, err } = await understudy('pay', '--file', file);
    expect(code).toBe(2);
    expect(err).toMatch(/line 4: amount has more decimals/);
    expect((await json('payments', 'show', 'wrong-0')).code).toBe(1);
  });

  test('with a key that may not, from a file -> exit 1, says so, and keeps no result', async () => {
    const made = await json('keys', 'create', '--merchant', 'shop', '--scope', 'payments:read');
    writeFileSync(join(folder, 'key'), `${String(made.json['key'])}\n`);
    const file = csv('forbidden.csv', ['forbidden-0']);
    const { code, err } = await understudy('pay', '--file', file, '--key-file', 'key');
    expect(code).toBe(1);
    expect(err).toMatch(/forbidden.*keys list/);
    expect(err).not.toContain(String(made.json['key']));
    expect(resultLines(file)).toEqual([]);
  });
});

describe('payments', () => {
  test('listed, refunded in part, and told as each record has it', async () => {
    expect((await json('payments', 'list', '--customer', 'c-1', '--limit', '1')).json).toMatchObject({ payments: [{ transaction_id: 'one', status: 'processed' }] });
    expect(await json('payments', 'refund', 'one', '--refund-id', 'r-1', '--amount', '2.50')).toMatchObject({ code: 0, json: { amount: '2.50' } });
    expect(await json('payments', 'refund', 'one', '--refund-id', 'r-2', '--amount', '11.00')).toMatchObject({ code: 1, err: expect.stringContaining('exceeds_charge') });
    await vi.waitFor(async () => {
      const { code, json: story } = await json('payments', 'show', 'one');
      expect({ code, story }).toMatchObject({ code: 0, story: { status: 'processed', ledgers: { 'us-east-1': { balanced: true, outcome: 'processed', amount: '12.50' } }, charges: [{ outcome: 'approved', voided: false }] } });
      expect(JSON.stringify(story)).toMatch(/refund r-1 accepted.*now processed/);
      expect(JSON.stringify(story)).not.toContain('card_visa');
    }, { timeout: LIMIT_MS, interval: 500 });
  });

  test('cancelled before it was seen -> spent; one that is decided -> exit 1', async () => {
    expect(await json('payments', 'cancel', 'never')).toMatchObject({ code: 0, json: { status: 'cancelled' } });
    expect((await json('pay', '--amount', '1', '--id', 'never')).code).toBe(1);
    expect(await json('payments', 'cancel', 'one')).toMatchObject({ code: 1, err: expect.stringContaining('already_decided') });
  });
});

describe('looking', () => {
  test('regions, epoch, plan, cost, completion -> exit 0, for people and for scripts', async () => {
    expect((await understudy('regions')).out).toMatch(/us-east-1 +active +healthy +primary[\s\S]*us-east-2 +standby +healthy +standby/);
    expect((await json('epoch')).json).toMatchObject({ epoch: 1, activeRegion: 'us-east-1', story: [] });
    expect((await json('plan')).json).toMatchObject({ configuration: { healthIntervalS: 10 }, lost: expect.stringMatching(/no acknowledged payment/) });
    expect((await json('cost', '--payments', '0')).json).toMatchObject({ payments: 0, total: expect.any(Number) });
    expect((await understudy('completion', 'bash')).out).toMatch(/complete .*-F _understudy understudy/);
  });

  test('approve where detectors move by themselves -> exit 1, and says what to do instead', async () => {
    const { code, err } = await understudy('approve', '--yes');
    expect(code).toBe(1);
    expect(err).toMatch(/the policy is automatic.*understudy failover/);
  });

  test('up where a twin runs already -> exit 1, and names the port', async () => {
    const { code, err } = await understudy('up', '--port', String(twin.basePort), '--data-dir', join(folder, 'other'));
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`port ${twin.basePort} is taken`));
  });
});

describe('wrong uses', () => {
  test.each<[RegExp, ...string[]]>([
    [/Did you mean regions/, 'region'],
    [/After payments: list, show, refund or cancel/, 'payments', 'showw'],
    [/Did you mean --amount/, 'pay', '--amont', '1'],
    [/--amount 12\.50/, 'pay'],
    [/amount must be/, 'pay', '--amount', '-1'],
    [/leave --amount/, 'pay', '--amount', '1', '--file', 'x.csv'],
    [/--rate must be a whole number from 1 to 500/, 'pay', '--file', 'x.csv', '--rate', '501'],
    [/x\.csv cannot be read/, 'pay', '--file', 'x.csv'],
    [/missing required argument/, 'payments', 'show'],
    [/--refund-id/, 'payments', 'refund', 'one'],
    [/the shell must be bash, zsh or fish; did you mean fish/, 'completion', 'fissh'],
    [/--timing must be fast or aws/, 'up', '--timing', 'slow'],
    [/--limit must be/, 'operations', '--limit', '0'],
    [/--state must be dead, pending or told/, 'webhooks', 'list', '--state', 'gone'],
    [/nowhere\.json cannot be read/, 'plan', '--environment', 'nowhere.json'],
    [/region-loss +us-east-1 is killed/, 'drill', 'region-lost'],
    [/--region and --dry-run go with --aws/, 'drill', 'region-loss', '--dry-run'],
    [/--region us-east-1 or us-east-2/, 'drill', 'journal', '--aws'],
  ])('%s <- %j %j %j %j %j -> exit 2, nothing on standard output', async (sentence, ...args) => {
    const { code, out, err } = await understudy(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(sentence);
  });
});
