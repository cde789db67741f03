import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withConnection } from './connection.ts';
import { roleOnDisk } from './data-folder.ts';
import { promote, whyNotFresh } from './replication.ts';
import { seedStandby } from './seed.ts';
import type { PostgresServer } from './server.ts';
import { Load, Scratch, digest, eventually, insert, query, texts } from './testing.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.make();
});
afterAll(() => scratch.dispose());

const seedFrom = (primary: PostgresServer, target: PostgresServer) =>
  seedStandby({ source: primary.address, sourceDataDir: primary.dataDir, target });

const besides = ({ dataDir }: PostgresServer) => readdirSync(dirname(dataDir)).filter((name) => name.startsWith(`${basename(dataDir)}.`) && !name.endsWith('.log'));

test('seed: two at once under load -> both standbys are exact, and the event loop was never held up', async () => {
  const primary = await scratch.primary();
  await query(primary, "INSERT INTO entries (text) SELECT md5(n::text) FROM generate_series(1, 50000) n");
  const targets = [await scratch.vacant(), await scratch.vacant()];
  const load = new Load(primary);
  await load.reached(200);
  let turns = 0;
  const turning = setInterval(() => turns++, 5);
  const began = performance.now();
  await Promise.all(targets.map((target) => seedFrom(primary, target)));
  const tookMs = performance.now() - began;
  clearInterval(turning);
  expect(turns).toBeGreaterThan(tookMs / 50);
  for (const target of targets) await target.start({ role: 'standby', upstream: primary.address });
  await load.stop();
  const wanted = await digest(primary);
  expect(Number(wanted.count)).toBe(50_000 + load.acknowledged.length);
  for (const target of targets) {
    expect(await whyNotFresh({ primary, standby: target })).toBeUndefined();
    expect(await digest(target)).toEqual(wanted);
    expect(besides(target)).toEqual([]);
  }
  expect(await query(primary, 'SELECT slot_name FROM pg_replication_slots')).toEqual([]);
});

test('seed: checkpoints discard the log during the copy and the primary dies right after -> the standby stands by itself', async () => {
  const primary = await scratch.primary({ settings: { wal_keep_size: '0', min_wal_size: '32MB', max_wal_size: '32MB' } });
  await query(primary, "INSERT INTO entries (text) SELECT md5(n::text) FROM generate_series(1, 50000) n");
  const wanted = await texts(primary);
  let seeding = true;
  let discards = 0;
  const discarding = withConnection(primary.address, async (client) => {
    while (seeding) {
      await client.query("SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()");
      await client.query('CHECKPOINT');
      discards++;
    }
  });
  const target = await scratch.vacant();
  await seedFrom(primary, target);
  seeding = false;
  await discarding;
  await primary.kill();
  expect(discards).toBeGreaterThan(3);
  await target.start({ role: 'standby', upstream: primary.address });
  expect(await texts(target)).toEqual(wanted);
  await promote(target);
  await insert(target, 'after');
});

test('seed: the primary dies in the midst -> rejected, the target keeps its old folder', async () => {
  const primary = await scratch.primary();
  const target = await scratch.primary();
  await insert(target, 'old');
  await expect(seedFrom(primary, target)).rejects.toThrow('is running');
  await target.stop();
  const seeding = expect(seedFrom(primary, target)).rejects.toThrow();
  await eventually('the copy has begun', () => Promise.resolve(besides(target).length > 0));
  await primary.kill();
  await seeding;
  expect(besides(target)).toEqual([]);
  await target.start({ role: 'primary' });
  expect(await texts(target)).toEqual(['old']);
});

test('seed: the supervisor is killed in the midst -> the target is still empty, the primary unmarked, the next seed cleans up', async () => {
  const primary = await scratch.primary();
  const target = await scratch.vacant();
  const script = `
    import { PostgresServer, seedStandby } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const target = new PostgresServer(${JSON.stringify({ name: target.name, dataDir: target.dataDir, logFile: target.logFile, port: target.port })});
    await seedStandby({ source: ${JSON.stringify(primary.address)}, sourceDataDir: ${JSON.stringify(primary.dataDir)}, target });
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'ignore' });
  const exit = once(child, 'exit');
  await eventually('the copy has begun', () => Promise.resolve(besides(target).some((name) => existsSync(`${dirname(target.dataDir)}/${name}/base`))));
  child.kill('SIGKILL');
  expect(await exit).toEqual([null, 'SIGKILL']);
  expect(roleOnDisk(target.dataDir)).toBe('empty');
  expect(besides(target)).toHaveLength(1);
  await eventually('the slot went with the connection', async () => (await query(primary, 'SELECT FROM pg_replication_slots')).length === 0);
  await seedFrom(primary, target);
  expect(besides(target)).toEqual([]);
  await target.start({ role: 'standby', upstream: primary.address });
  expect(await whyNotFresh({ primary, standby: target })).toBeUndefined();
});

test('seed: the folder is not that of the server that answers -> rejected', async () => {
  const [primary, other] = [await scratch.primary(), await scratch.primary()];
  const target = await scratch.vacant();
  await expect(seedStandby({ source: primary.address, sourceDataDir: other.dataDir, target })).rejects.toThrow('is not the folder of the server');
  expect(roleOnDisk(target.dataDir)).toBe('empty');
});
