import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseLsn, readControlFile, roleOnDisk } from './data-folder.ts';
import { serverProcesses } from './reap.ts';
import type { Exit } from './server.ts';
import { Load, Scratch, insert, query, texts } from './testing.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.make();
});
afterAll(() => scratch.dispose());

test('server: a new cluster -> a durable primary on the loopback address, with its database and roles', async () => {
  const server = await scratch.primary();
  const [settings] = await query<Record<string, string>>(
    server,
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, current_setting('full_page_writes') AS pages,
            current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS sockets,
            current_setting('wal_retrieve_retry_interval') AS retry, current_setting('data_checksums') AS checksums,
            current_database() AS database, current_user AS role`,
  );
  expect(settings).toEqual({
    fsync: 'on', commit: 'on', pages: 'on', listen: '127.0.0.1', sockets: '', retry: '10ms', checksums: 'on', database: 'understudy', role: 'understudy',
  });
  expect(roleOnDisk(server.dataDir)).toBe('primary');
  await expect(server.initialise()).rejects.toThrow('holds a cluster already');
});

test('server: a clean stop -> the control file says so, and names the last checkpoint', async () => {
  const server = await scratch.primary();
  const [before] = await query<{ lsn: string; system: string; timeline: number }>(
    server,
    'SELECT checkpoint_lsn::text AS lsn, timeline_id AS timeline, system_identifier::text AS system FROM pg_control_checkpoint(), pg_control_system()',
  );
  expect(await readControlFile(server.dataDir)).toEqual({
    systemIdentifier: BigInt(before?.system ?? ''), shutDownCleanly: false, checkpointLsn: parseLsn(before?.lsn ?? ''), timeline: before?.timeline,
  });
  expect(await server.stop()).toBe('clean');
  const after = await readControlFile(server.dataDir);
  expect(after.shutDownCleanly).toBe(true);
  expect(after.checkpointLsn).toBeGreaterThan(parseLsn(before?.lsn ?? ''));
  expect(await serverProcesses(server.dataDir)).toEqual([]);
  expect(existsSync(`${server.dataDir}/postmaster.pid`)).toBe(false);
});

test('server: killed under load, three times -> nothing is left running, it starts again and keeps what it acknowledged', async () => {
  const server = await scratch.primary();
  for (let round = 0; round < 3; round++) {
    const load = new Load(server);
    await load.reached(100);
    await server.kill();
    expect(await serverProcesses(server.dataDir)).toEqual([]);
    expect(server.running).toBe(false);
    await load.stop();
    await server.start({ role: 'primary' });
    const kept = new Set(await texts(server));
    expect(load.acknowledged.filter((text) => !kept.has(text))).toEqual([]);
    await query(server, 'TRUNCATE entries');
  }
});

test('server: a postmaster killed by someone else -> onExit says that it was not asked for', async () => {
  const server = await scratch.primary();
  const exit = new Promise<Exit>((done) => server.onExit(done));
  process.kill(server.pid ?? 0, 'SIGKILL');
  expect(await exit).toEqual({ code: null, signal: 'SIGKILL', expected: false });
  expect(server.running).toBe(false);
  await server.kill();
  await server.start({ role: 'primary' });
  const stopped = new Promise<Exit>((done) => server.onExit(done));
  await server.stop();
  expect(await stopped).toEqual({ code: 0, signal: null, expected: true });
});

test('server: a standby whose upstream is down -> starts and answers in recovery; as primary it is refused', async () => {
  const primary = await scratch.primary();
  await insert(primary, 'one');
  const standby = await scratch.standbyOf(primary);
  await standby.stop();
  await primary.kill();
  await expect(standby.start({ role: 'primary' })).rejects.toThrow('is a standby on disk');
  await standby.start({ role: 'standby', upstream: primary.address });
  expect(await texts(standby)).toEqual(['one']);
  await expect(insert(standby, 'two')).rejects.toThrow('read-only transaction');
});

test('server: its port is taken -> start rejects with the reason from the log, and leaves nothing running', async () => {
  const first = await scratch.primary();
  const second = await scratch.cloned({ port: first.port });
  await expect(second.start({ role: 'primary' })).rejects.toThrow('Address already in use');
  expect(second.running).toBe(false);
  expect(await serverProcesses(second.dataDir)).toEqual([]);
  expect(readFileSync(second.logFile, 'utf8')).toContain('could not bind');
});

test('server: an empty place -> start says what to do', async () => {
  const server = await scratch.vacant();
  await expect(server.start({ role: 'primary' })).rejects.toThrow('initialise or seed it first');
});
