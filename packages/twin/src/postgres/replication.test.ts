import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from './connection.ts';
import { findBinaries } from './binaries.ts';
import { markStandby, parseLsn, readControlFile, roleOnDisk } from './data-folder.ts';
import { withFormerPrimary } from './lost-tail.ts';
import { followsFresh, isStreaming, promote, switchover, whyNotFresh } from './replication.ts';
import { seedStandby } from './seed.ts';
import { PostgresServer } from './server.ts';
import { Load, Scratch, eventually, insert, query, texts } from './testing.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await Scratch.make();
});
afterAll(() => scratch.dispose());

const position = async (server: PostgresServer, of: string) =>
  (await query<{ lsn: string }>(server, `SELECT ${of}::text AS lsn`))[0]?.lsn ?? '';

const upstreamFor = (server: PostgresServer) => server.address;

test('replication: a row on the primary -> it arrives on the standby', async () => {
  const primary = await scratch.primary();
  const standby = await scratch.standbyOf(primary);
  expect(await whyNotFresh({ primary, standby })).toBeUndefined();
  expect(await isStreaming(primary, standby)).toBe(true);
  await insert(primary, 'one');
  await eventually('the row is on the standby', async () => (await texts(standby)).includes('one'));
});

test('replication: the primary is killed under load -> the promoted standby accepts writes and holds a prefix', async () => {
  const primary = await scratch.primary();
  const standby = await scratch.standbyOf(primary);
  const load = new Load(primary);
  await load.reached(500);
  await primary.kill();
  await promote(standby);
  await insert(standby, 'after');
  await load.stop();
  expect(roleOnDisk(standby.dataDir)).toBe('primary');
  // Commits are replayed in order, so each connection's rows arrive without a gap.
  const kept = new Set(await texts(standby));
  for (const connection of ['0-', '1-', '2-', '3-']) {
    const own = load.acknowledged.filter((text) => text.startsWith(connection));
    const firstLost = own.findIndex((text) => !kept.has(text));
    expect(firstLost === -1 ? [] : own.slice(firstLost).filter((text) => kept.has(text))).toEqual([]);
  }
  expect(kept.size).toBeGreaterThan(100);
  await promote(standby);
});

test('replication: lost rows -> a naive rejoin is seen through, they are counted, and a new seed follows', async () => {
  const primary = await scratch.primary();
  const link = await scratch.link(primary);
  const standby = await scratch.standbyOf(primary, link.address);
  await insert(primary, 'kept');
  expect(await followsFresh({ primary, standby })).toBe(true);
  link.cut();
  await eventually('the primary sees the cut', async () => !(await isStreaming(primary, standby)));
  expect(await whyNotFresh({ primary, standby, limitMs: 0 })).toBeDefined();
  for (let n = 0; n < 50; n++) await insert(primary, `lost-${n}`);
  // More of the log than a promotion writes, which copies each page that it touches first.
  await query(primary, "SELECT pg_logical_emit_message(true, '', repeat('x', 1000000))");
  await primary.kill();
  await promote(standby);
  await insert(standby, 'after');

  await primary.start({ role: 'standby', upstream: standby.address });
  expect(await texts(primary)).toContain('lost-49');
  // Its position is ahead of the new primary's, so the position alone would deceive.
  expect(parseLsn(await position(primary, 'pg_last_wal_replay_lsn()'))).toBeGreaterThan(parseLsn(await position(standby, 'pg_current_wal_lsn()')));
  expect(await whyNotFresh({ primary: standby, standby: primary, limitMs: 1_500 })).toMatch(/does not stream|is on timeline 1/);
  expect(await texts(primary)).not.toContain('after');
  await primary.kill();

  const lost = await withFormerPrimary(primary.dataDir, await freePort(), async (client) =>
    (await client.query<{ text: string }>("SELECT text FROM entries WHERE text LIKE 'lost-%'")).rowCount);
  expect(lost).toBe(50);

  await seedStandby({ source: standby.address, sourceDataDir: standby.dataDir, target: primary });
  await primary.start({ role: 'standby', upstream: standby.address });
  expect(await whyNotFresh({ primary: standby, standby: primary })).toBeUndefined();
  await insert(standby, 'fresh');
  await eventually('the fresh row is on the new standby', async () => (await texts(primary)).includes('fresh'));
  expect(await texts(primary)).toEqual(['kept', 'after', 'fresh']);
});

test('replication: a standby of another system -> does not count as following', async () => {
  const primary = await scratch.primary();
  const other = await scratch.vacant();
  await other.initialise();
  await other.start({ role: 'standby', upstream: primary.address });
  expect(await whyNotFresh({ primary, standby: other, limitMs: 200 })).toMatch('another system');
});

test('lost tail: while a former primary is examined -> nobody else gets in, the reader changes nothing, the server is gone after', async () => {
  const former = await scratch.primary();
  await insert(former, 'one');
  await former.kill();
  const port = await freePort();
  const intruder = new PostgresServer({ name: 'intruder', dataDir: former.dataDir, logFile: former.logFile, port });
  await expect(
    withFormerPrimary(former.dataDir, port, async (client) => {
      expect((await client.query('SELECT text FROM entries')).rows).toEqual([{ text: 'one' }]);
      await expect(intruder.connect()).rejects.toThrow('no pg_hba.conf entry');
      await expect(client.query("INSERT INTO entries (text) VALUES ('two')")).rejects.toThrow('permission denied');
      throw new Error('the examiner fails');
    }),
  ).rejects.toThrow('the examiner fails');
  await expect(intruder.connect()).rejects.toThrow('ECONNREFUSED');
});

test('switchover: there and back -> every row on both sides, roles exchanged on disk', async () => {
  const [east, west] = [await scratch.primary(), await scratch.vacant()];
  await seedStandby({ source: east.address, sourceDataDir: east.dataDir, target: west });
  await west.start({ role: 'standby', upstream: east.address });
  const load = new Load(east);
  await load.reached(200);
  await switchover({ from: east, to: west, upstreamFor });
  await load.stop();
  const kept = new Set(await texts(west));
  expect(load.acknowledged.filter((text) => !kept.has(text))).toEqual([]);
  expect([roleOnDisk(east.dataDir), roleOnDisk(west.dataDir)]).toEqual(['standby', 'primary']);
  await insert(west, 'west');
  await switchover({ from: west, to: east, upstreamFor });
  expect([roleOnDisk(east.dataDir), roleOnDisk(west.dataDir)]).toEqual(['primary', 'standby']);
  await insert(east, 'east');
  expect((await texts(east)).slice(-2)).toEqual(['west', 'east']);
  await eventually('the last row is on the standby', async () => (await texts(west)).includes('east'));
});

test('switchover: the last rows cannot be shipped -> rejected, the old primary serves on, nothing changed', async () => {
  const from = await scratch.primary();
  const link = await scratch.link(from);
  const to = await scratch.standbyOf(from, link.address);
  const stop = from.stop.bind(from);
  from.stop = async () => {
    link.cut();
    await insert(from, 'unshipped');
    return stop();
  };
  await expect(switchover({ from, to, upstreamFor })).rejects.toThrow('has not replayed the last record');
  expect([roleOnDisk(from.dataDir), roleOnDisk(to.dataDir)]).toEqual(['primary', 'standby']);
  await insert(from, 'serving');
  link.heal();
  expect(await whyNotFresh({ primary: from, standby: to })).toBeUndefined();
  expect(await texts(to)).toEqual(['unshipped', 'serving']);
});

test('switchover: dead between stop and promotion -> both are standbys on disk, and either can be promoted', async () => {
  const from = await scratch.primary();
  const to = await scratch.standbyOf(from);
  await insert(from, 'one');
  await from.stop();
  await markStandby(from.dataDir, (await findBinaries()).account);
  await to.kill();
  expect([roleOnDisk(from.dataDir), roleOnDisk(to.dataDir)]).toEqual(['standby', 'standby']);
  await from.start({ role: 'standby', upstream: to.address });
  await promote(from);
  await to.start({ role: 'standby', upstream: from.address });
  expect(await whyNotFresh({ primary: from, standby: to })).toBeUndefined();
  expect(await texts(to)).toEqual(['one']);
});

test('switchover: dead between promotion and rejoin -> the folders say who follows whom', async () => {
  const from = await scratch.primary();
  const to = await scratch.standbyOf(from);
  await from.stop();
  await markStandby(from.dataDir, (await findBinaries()).account);
  await promote(to);
  await to.kill();
  expect([roleOnDisk(from.dataDir), roleOnDisk(to.dataDir)]).toEqual(['standby', 'primary']);
  await to.start({ role: 'primary' });
  await from.start({ role: 'standby', upstream: to.address });
  expect(await whyNotFresh({ primary: to, standby: from })).toBeUndefined();
  expect((await readControlFile(to.dataDir)).timeline).toBe(2);
});
