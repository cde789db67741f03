/** The operator's verbs that move the active role, against a running twin that asks before it fails over. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RunningTwin } from '../drill/running-twin.ts';

const command = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const LIMIT_MS = 60_000;

interface Ran {
  readonly code: number;
  readonly json: Record<string, unknown>;
  readonly err: string;
}

let twin: RunningTwin;

const understudy = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [command, ...args, '--json', '--base', String(twin.basePort)], { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), json: stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>), err: stderr });
    });
  });

beforeAll(async () => {
  twin = await RunningTwin.start({ failover: 'approval' });
});
afterAll(() => twin?.stop());

test('moves: failover without anybody to ask -> exit 2, says what would happen, starts nothing', async () => {
  const { code, err } = await understudy('failover');
  expect(code).toBe(2);
  expect(err).toMatch(/us-east-2 becomes active.*--yes/);
  expect((await understudy('status')).json).toMatchObject({ epoch: { epoch: 1 } });
});

test('moves: approve while all is well -> exit 1, nobody asks', async () => {
  const { code, err } = await vi.waitFor(async () => {
    const ran = await understudy('approve', '--yes');
    expect(ran.err).toContain('nobody asks');
    return ran;
  }, { timeout: LIMIT_MS, interval: 500 });
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('D-100') as string });
});

test('moves: failback to the region that is active -> exit 1', async () => {
  const { code, err } = await understudy('failback', '--yes');
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('active region already') as string });
});

test('moves: failover, then failback -> each watched until it is healed, with who and why in the record', async () => {
  const away = await understudy('failover', '--reason', 'an exercise', '--yes');
  expect(away, away.err).toMatchObject({ code: 0, json: { end: 'healed', epoch: { activeRegion: 'us-east-2', kind: 'failover', reason: 'an exercise' } } });
  expect(away.err).toMatch(/claimed[\s\S]*open/);
  // A failed over source is built anew before it can be a target.
  const back = await vi.waitFor(async () => {
    const ran = await understudy('failback', '--yes');
    expect(ran.json, ran.err).toMatchObject({ end: 'healed' });
    return ran;
  }, { timeout: 2 * LIMIT_MS, interval: 1000 });
  expect(back).toMatchObject({ code: 0, json: { epoch: { activeRegion: 'us-east-1', kind: 'planned' } } });
}, 3 * LIMIT_MS);

test('moves: a lost region under the policy of approval -> approve carries out what the detector asks for', async () => {
  await twin.region('us-east-1', 'kill');
  const approved = await vi.waitFor(async () => {
    const ran = await understudy('approve', '--yes');
    expect(ran.code, ran.err).toBe(0);
    return ran;
  }, { timeout: 2 * LIMIT_MS, interval: 1000 });
  expect(approved.json).toMatchObject({ end: 'healed', epoch: { activeRegion: 'us-east-2', reason: expect.stringContaining('D-50') as string } });
}, 3 * LIMIT_MS);
