/** `npm start` as people use it: ready in time, gone without a trace, and one line that says what to do when it cannot. */
import { chmodSync, chownSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { holdBasePort } from '../drill/base-port.ts';
import type { BasePort } from '../drill/base-port.ts';
import { answeringPorts, commandLineOf, processesOf, publicPorts, runTwin, TwinProcess } from './twin-process.ts';

const READY_LIMIT_MS = 20_000;
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

let folder: string;
let held: BasePort;
let base: number;
const twins: TwinProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-e2e-'));
  chmodSync(folder, 0o755);
  held = await holdBasePort();
  ({ base } = held);
});

// One that a failed test left running must not fail the others.
afterEach(async () => {
  for (const twin of twins.splice(0)) {
    if (twin.child.exitCode === null && twin.child.signalCode === null) await twin.interrupt();
  }
});

afterAll(async () => {
  await held.release();
  rmSync(folder, { recursive: true, force: true });
});

const dataDir = (name: string) => join(folder, name);
const start = (name: string, ...more: string[]): TwinProcess => {
  const twin = new TwinProcess(['--port', String(base), '--data-dir', dataDir(name), ...more]);
  twins.push(twin);
  return twin;
};
const ready = async (twin: TwinProcess) => {
  await twin.printed('{"event":"ready"');
  await vi.waitFor(() => expect(twin.output).toMatch(/\n$/));
  return JSON.parse(twin.output.trim().split('\n').at(-1) ?? '');
};
const pay = (url: string, key: string, id: string) =>
  fetch(`${url}/process`, {
    method: 'POST', headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ transaction_id: id, customer_id: 'c', amount: '12.50', currency: 'USD', payment_method: 'card_visa' }),
  });
const expectNothingLeft = async (name: string) => {
  await vi.waitFor(() => expect(processesOf(dataDir(name))).toEqual([]), { timeout: 5_000 });
  expect(await answeringPorts(base)).toEqual([]);
};
const holding = async (port: number, use: () => Promise<void>): Promise<void> => {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  try {
    await use();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
};

test('start: an empty folder -> ready in time, the last line is one JSON object, Ctrl-C leaves no process and no port', async () => {
  const startedAt = performance.now();
  const twin = start('plain', '--json');
  const said = await ready(twin);
  expect(performance.now() - startedAt).toBeLessThan(READY_LIMIT_MS);
  const url = (offset: number) => `http://127.0.0.1:${base + offset}`;
  expect(said).toEqual({
    event: 'ready', console: url(0), api: url(1), regions: { 'us-east-1': url(11), 'us-east-2': url(12) }, acquirer: url(20), apiKey: expect.stringMatching(/^us_test_/),
  });
  expect(twin.errors).toBe('');
  expect((await pay(said.api, said.apiKey, 'first')).status).toBe(200);
  // A second twin on the same folder is told which process has it, and harms nothing.
  const another = await holdBasePort();
  const second = await runTwin(['--port', String(another.base), '--data-dir', dataDir('plain'), '--json']);
  await another.release();
  expect(second).toEqual({ how: 1, output: '', errors: expect.stringMatching(/^understudy: another twin \(process \d+\) uses .*--data-dir\n$/) });
  expect((await pay(said.api, said.apiKey, 'second')).status).toBe(200);
  expect(await twin.interrupt()).toBe(0);
  await expectNothingLeft('plain');
});

test('start: after SIGKILL of the supervisor, at once, same folder and ports -> works, keeps everything, and nothing of the first is left', async () => {
  const first = start('plain', '--json');
  const { console: control } = await ready(first);
  const processes = (await (await fetch(`${control}/twin/processes`)).json()) as { pid: number; name: string }[];
  expect(processes.length).toBeGreaterThanOrEqual(8);
  process.kill(first.pid, 'SIGKILL');
  const second = start('plain', '--json');
  const said = await ready(second);
  for (const { pid, name } of processes) expect(commandLineOf(pid), `${name} of the killed twin is left`).not.toContain(dataDir('plain'));
  const answer = await fetch(`${said.api}/payments/first`, { headers: { authorization: `Bearer ${said.apiKey}` } });
  expect(await answer.json()).toMatchObject({ status: 'processed' });
  expect(await second.interrupt()).toBe(0);
  await expectNothingLeft('plain');
});

test('start: --fresh, without --json -> a table for people, and nothing of before', async () => {
  const twin = start('plain', '--fresh');
  await twin.printed('/twin/regions/us-east-1/kill');
  for (const port of publicPorts(base)) expect(twin.output).toContain(`http://127.0.0.1:${port}`);
  const key = /API key +(us_test_\w+)/.exec(twin.output)?.[1] ?? '';
  const answer = await fetch(`http://127.0.0.1:${base + 1}/payments/first`, { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(404);
  expect(await twin.interrupt()).toBe(0);
  await expectNothingLeft('plain');
});

test.each([0, 1, 11, 12, 20])('start: the port BASE+%i is taken -> one line that says so, exit 1, nothing left', async (offset) => {
  await holding(base + offset, async () => {
    const { how, output, errors } = await runTwin(['--port', String(base), '--data-dir', dataDir('taken'), '--json']);
    expect({ how, output }).toEqual({ how: 1, output: '' });
    expect(errors).toMatch(new RegExp(`^understudy: .*${base + offset}.*taken.*--port[^\n]*\n$`));
    await vi.waitFor(() => expect(processesOf(dataDir('taken'))).toEqual([]), { timeout: 5_000 });
    expect(await answeringPorts(base)).toEqual([base + offset]);
  });
});

test.each([
  ['in /proc, where no folder can be made', '/proc/understudy'],
  ['under a file', '/dev/null/understudy'],
  ['that is a file', '/etc/hostname'],
])('start: a data folder %s -> one line that says so, exit 1', async (_, path) => {
  const { how, output, errors } = await runTwin(['--port', String(base), '--data-dir', path, '--json']);
  expect({ how, output }).toEqual({ how: 1, output: '' });
  expect(errors).toMatch(/^understudy: the data folder .* cannot be used .*--data-dir\n$/);
});

test.each([
  ['--prot', '1'], ['--port', 'x'], ['--port', '80'], ['--timing', 'slow'], ['--failover', 'maybe'], ['--data-dir', ''], ['extra'],
])('start: %s %s -> one line that says what is allowed, exit 1', async (...args) => {
  const { how, output, errors } = await runTwin(args);
  expect({ how, output }).toEqual({ how: 1, output: '' });
  expect(errors).toMatch(/^understudy: [^\n]+\n$/);
});

test.skipIf(!isRoot)('start: as root, in a folder closed to everyone else -> works; once what PostgreSQL keeps elsewhere is gone, it says so', async () => {
  const closed = basename(mkdtempSync(dataDir('closed-')));
  const twin = start(`${closed}/data`, '--json');
  const said = await ready(twin);
  expect((await pay(said.api, said.apiKey, 'first')).status).toBe(200);
  expect(await twin.interrupt()).toBe(0);
  await expectNothingLeft(closed);
  const elsewhere = realpathSync(dataDir(`${closed}/data/ledger`));
  expect(elsewhere).toMatch(/^\/var\/tmp\/understudy-ledger-/);
  rmSync(elsewhere, { recursive: true });
  const again = await runTwin(['--port', String(base), '--data-dir', dataDir(`${closed}/data`), '--json']);
  expect(again).toEqual({ how: 1, output: '', errors: expect.stringMatching(/^understudy: the ledgers .* are gone; .*--fresh\n$/) });
});

test.skipIf(!isRoot)('start: as another user than root -> works, with no file of root in its folder', async () => {
  const path = dataDir('nobody');
  const own = mkdtempSync(`${path}-`);
  chownSync(own, nobody, nobody);
  const twin = new TwinProcess(['--port', String(base), '--data-dir', own, '--json'], { uid: nobody, gid: nobody });
  twins.push(twin);
  const said = await ready(twin);
  expect((await pay(said.api, said.apiKey, 'first')).status).toBe(200);
  expect(await twin.interrupt()).toBe(0);
  for (const name of readdirSync(own)) expect(statSync(join(own, name)).uid).toBe(nobody);
  await vi.waitFor(() => expect(processesOf(own)).toEqual([]), { timeout: 5_000 });
});
