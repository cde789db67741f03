import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listProcesses, reapLeftover, serverProcesses } from './reap.ts';
import { Scratch, eventually, insert, texts } from './testing.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.make();
});
afterAll(() => scratch.dispose());

test('reap: the supervisor is SIGKILLed -> its server runs on, is ended, and the folder starts again', async () => {
  const server = await scratch.cloned();
  const script = `
    import { PostgresServer } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const server = new PostgresServer(${JSON.stringify({ name: server.name, dataDir: server.dataDir, logFile: server.logFile, port: server.port })});
    await server.start({ role: 'primary' });
    process.stdout.write('started');
  `;
  const supervisor = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(supervisor, 'exit');
  await once(supervisor.stdout, 'data');
  supervisor.kill('SIGKILL');
  await exit;
  expect((await serverProcesses(server.dataDir)).length).toBeGreaterThan(1);
  expect(await reapLeftover(server.dataDir)).toBe(true);
  expect(await serverProcesses(server.dataDir)).toEqual([]);
  expect(await reapLeftover(server.dataDir)).toBe(false);
  await server.start({ role: 'primary' });
});

test('reap: orphans of a dead postmaster -> they are found by their title and ended', async () => {
  const server = await scratch.primary();
  await insert(server, 'one');
  const client = await server.connect();
  const backend = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
  process.kill(backend, 'SIGSTOP');
  process.kill(server.pid ?? 0, 'SIGKILL');
  await eventually('only the stopped backend is left', async () => {
    const left = await serverProcesses(server.dataDir);
    return !server.running && left.length === 1 && left[0]?.pid === backend;
  });
  expect(await reapLeftover(server.dataDir)).toBe(true);
  expect(await serverProcesses(server.dataDir)).toEqual([]);
  await client.end().catch(() => undefined);
  await server.start({ role: 'primary' });
  expect(await texts(server)).toEqual(['one']);
});

test('reap: a stale pid file names a stranger -> the stranger lives, and the server starts', async () => {
  const server = await scratch.cloned();
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  await writeFile(join(server.dataDir, 'postmaster.pid'), `${stranger.pid}\n${server.dataDir}\n0\n${server.port}\n\n127.0.0.1\n\n`);
  expect(await reapLeftover(server.dataDir)).toBe(false);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  stranger.kill();
  await once(stranger, 'exit');
  await server.start({ role: 'primary' });
});

test('reap: another server -> is not touched', async () => {
  const [mine, other] = [await scratch.primary(), await scratch.primary()];
  expect(await reapLeftover(mine.dataDir)).toBe(true);
  expect(other.running).toBe(true);
  expect(await texts(other)).toEqual([]);
});

test.skipIf(process.platform !== 'linux' || !existsSync('/bin/ps'))('reap: read from /proc or from ps -> the same servers', async () => {
  const server = await scratch.primary();
  const servers = async (platform: string) =>
    (await listProcesses(platform)).filter(({ command }) => command.includes(` -D ${server.dataDir} `)).map(({ pid }) => pid);
  expect(await servers('darwin')).toEqual(await servers('linux'));
  expect(await servers('linux')).toEqual([server.pid]);
});
