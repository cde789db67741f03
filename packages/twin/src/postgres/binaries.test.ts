import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountFor, cachedCopy, findBinaries, linksComplete, locatePackage, unreachableFolder } from './binaries.ts';
import { freePort } from './connection.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-binaries-test-'));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

test('binaries: this platform -> PostgreSQL 17 that runs', async () => {
  const { postgres, initdb } = await findBinaries();
  expect((await run(postgres, ['--version'])).stdout).toMatch(/PostgreSQL\) 17\./);
  expect((await run(initdb, ['--version'])).stdout).toMatch(/PostgreSQL\) 17\./);
});

test('binaries: unsupported, not installed, or root where that cannot work -> one sentence that says what to do', async () => {
  await expect(locatePackage('win32-x64')).rejects.toThrow(/not for win32-x64: run this on one of those/);
  const missing = process.platform === 'darwin' ? 'linux-arm64' : 'darwin-arm64';
  await expect(locatePackage(missing)).rejects.toThrow(/is not installed: run "npm ci" without --omit=optional/);
  expect(() => accountFor(0, 'darwin')).toThrow('run this as a normal user');
  expect(accountFor(1000, 'darwin')).toBeUndefined();
});

test('binaries: the install script did not run -> the links are made; again -> nothing changes', async () => {
  const native = join(folder, 'package', 'native');
  await mkdir(join(native, 'lib'), { recursive: true });
  await writeFile(join(native, 'lib', 'libpq.so.5.17'), '');
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify([{ source: 'native/lib/libpq.so.5.17', target: 'native/lib/libpq.so.5' }]));
  expect(await Promise.all([linksComplete(native), linksComplete(native)])).toEqual([true, true]);
  expect(await linksComplete(native)).toBe(true);
  expect(readlinkSync(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.17');
});

test('binaries: copied by two at once -> one complete copy, which runs and is reused', async () => {
  const cache = join(folder, 'cache');
  await mkdir(cache);
  const location = await locatePackage();
  const copies = await Promise.all([cachedCopy(location, accountFor(), cache), cachedCopy(location, accountFor(), cache)]);
  expect(copies[0]).toBe(copies[1]);
  expect(readdirSync(cache)).toHaveLength(1);
  expect((await run(join(copies[0], 'bin', 'postgres'), ['--version'], { ...accountFor(), cwd: tmpdir() })).stdout).toContain('17.');
  expect(await cachedCopy(location, accountFor(), cache)).toBe(copies[0]);
});

test('binaries: a copy that others may write to -> is not run', async () => {
  const cache = join(folder, 'shared-cache');
  await mkdir(cache);
  const location = await locatePackage();
  const planted = join(cache, `understudy-postgres-${location.version}-${process.arch}-${process.getuid?.()}`);
  await mkdir(planted);
  await chmod(planted, 0o777);
  await expect(cachedCopy(location, accountFor(), cache)).rejects.toThrow('not a folder of ours alone');
});

test('binaries: a private folder on the way -> is named', async () => {
  const [way, nobody] = [join(folder, 'private', 'bin'), { uid: 65534, gid: 65534 }];
  await mkdir(way, { recursive: true });
  await chmod(join(folder, 'private'), 0o700);
  expect(unreachableFolder(way, nobody)).toBe(process.getuid?.() === nobody.uid ? undefined : join(folder, 'private'));
  expect(unreachableFolder(folder, nobody)).toBeUndefined();
});

test.skipIf(!isRoot)('binaries: the same program run by a normal user -> starts, writes and stops a server of its own', async () => {
  const own = join(folder, 'normal-user');
  await mkdir(own);
  await chown(own, 65534, 65534);
  const options = { name: 'own', dataDir: join(own, 'data'), logFile: join(own, 'log'), port: await freePort() };
  const script = `
    import { PostgresServer } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const server = new PostgresServer(${JSON.stringify(options)});
    await server.initialise();
    await server.start({ role: 'primary' });
    const client = await server.connect();
    await client.query('CREATE TABLE t AS SELECT 42 AS n');
    const { rows } = await client.query('SELECT n FROM t');
    await client.end();
    await server.kill();
    await server.start({ role: 'primary' });
    console.log(JSON.stringify({ rows, uid: process.getuid(), stopped: await server.stop() }));
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { uid: 65534, gid: 65534, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  expect(JSON.parse(output)).toEqual({ rows: [{ n: 42 }], uid: 65534, stopped: 'clean' });
  expect(existsSync(join(options.dataDir, 'postmaster.pid'))).toBe(false);
});
