/**
 * Makes a standby's folder from a running primary: a base backup by SQL and a copy of the files, without pg_basebackup.
 * Invariant: the target holds its old folder, nothing, or a complete backup that reaches consistency by itself, because
 * the log of the backup is in it; the primary may die right after. An interruption leaves no mark on the primary: both
 * the backup and its slot belong to the connection.
 * It does not start the standby, and needs the primary's files on this machine.
 */
import { chown, copyFile, mkdir, open, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { findBinaries, type Account } from './binaries.ts';
import { one, withConnection, type Address } from './connection.ts';
import { canonical } from './data-folder.ts';
import type { PostgresServer } from './server.ts';
import { buildBeside } from './staging.ts';

export interface SeedOptions {
  /** Where the primary answers. */
  readonly source: Address;
  readonly sourceDataDir: string;
  /** Not running; what its folder holds is replaced. */
  readonly target: PostgresServer;
}

/** Folders whose contents are of the running server only; they must exist, empty. */
const emptied: readonly string[] = ['pg_dynshmem', 'pg_notify', 'pg_replslot', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'];
const left: readonly string[] = ['postmaster.pid', 'postmaster.opts', 'backup_label', 'backup_manifest', 'standby.signal', 'recovery.signal', 'pg_internal.init'];
/** Of the four threads that Node has for files, this leaves two to the others. */
const copiersMax = 2;
const stableReadsMax = 50;

export async function seedStandby({ source, sourceDataDir, target }: SeedOptions): Promise<void> {
  if (target.running) throw new Error(`${target.name} is running: stop it before it is seeded`);
  const from = canonical(sourceDataDir);
  if (from === target.dataDir) throw new Error(`${target.name} cannot be seeded from its own folder`);
  const { account } = await findBinaries();
  await buildBeside(target.dataDir, account, (staging) =>
    withConnection(source, async (client) => {
      const broken = new AbortController();
      client.once('end', () => broken.abort(new Error('the primary closed the connection during the backup')));
      const copier = new Copier(account, broken.signal);
      await backup(client, { from, to: staging, copier });
      await writeFile(join(staging, 'standby.signal'), '');
      await copier.adopt(join(staging, 'standby.signal'));
      await copier.flush();
    }),
  );
}

interface Copying {
  readonly from: string;
  readonly to: string;
  readonly copier: Copier;
}

async function backup(client: pg.Client, { from, to, copier }: Copying): Promise<void> {
  await assertFolderOf(client, from);
  // Keeps the log from here on, however many checkpoints pass during the copy; gone with the connection.
  await client.query('SELECT pg_create_physical_replication_slot($1, true, true)', [`seed_${randomBytes(6).toString('hex')}`]);
  const { first } = await one<{ first: string }>(client, "SELECT pg_walfile_name(pg_backup_start('seed', fast => true)) AS first");
  await copier.tree(from, to);
  await copier.control(from, to);
  const end = await one<{ last: string; label: string; spaces: string | null }>(
    client, 'SELECT pg_walfile_name(lsn) AS last, labelfile AS label, spcmapfile AS spaces FROM pg_backup_stop()');
  if (end.spaces) throw new Error('the primary has tablespaces outside its folder, which a copy of the folder misses');
  await writeFile(join(to, 'backup_label'), end.label);
  await copier.adopt(join(to, 'backup_label'));
  await copyLog({ from: join(from, 'pg_wal'), to: join(to, 'pg_wal'), copier }, { first, last: end.last });
}

/** A backup taken over one server's connection with another server's files would look fine and be wrong. */
async function assertFolderOf(client: pg.Client, folder: string): Promise<void> {
  const pidFile = (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n');
  const { started } = await one<{ started: string }>(
    client, 'SELECT floor(extract(epoch FROM pg_postmaster_start_time()))::text AS started');
  const { path } = await one<{ path: string }>(client, "SELECT current_setting('data_directory') AS path");
  if (path !== folder || Math.abs(Number(pidFile[2]) - Number(started)) > 1) throw new Error(`${folder} is not the folder of the server that answers, which is ${path}`);
}

/** The log from the beginning to the end of the backup, and the history of the timelines. */
async function copyLog({ from, to, copier }: Copying, { first, last }: { first: string; last: string }): Promise<void> {
  const names = (await readdir(from)).sort();
  const segments = names.filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last);
  if (segments[0] !== first || segments.at(-1) !== last) throw new Error(`the log of the backup, ${first} to ${last}, is not complete`);
  for (const name of [...segments, ...names.filter((found) => found.endsWith('.history'))]) {
    const copied = await copier.file(join(from, name), join(to, name));
    if (!copied) throw new Error(`${name} vanished during the backup`);
  }
}

class Copier {
  readonly #account: Account | undefined;
  readonly #broken: AbortSignal;
  readonly #written: string[] = [];

  constructor(account: Account | undefined, broken: AbortSignal) {
    this.#account = account;
    this.#broken = broken;
  }

  /** Everything but the log, the control file and what belongs to the running server only. */
  async tree(from: string, to: string): Promise<void> {
    const files: (readonly [string, string])[] = [];
    await this.#walk([from, to], files);
    const queue = files.values();
    await Promise.all(Array.from({ length: copiersMax }, async () => {
      for (const [source, target] of queue) await this.file(source, target);
    }));
  }

  async #walk([from, to]: readonly [string, string], files: (readonly [string, string])[]): Promise<void> {
    const entries = await readdir(from, { withFileTypes: true }).catch(ifMissing([]));
    for (const entry of entries) {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isSymbolicLink()) throw new Error(`${source} is a link: only plain folders can be copied`);
      if (entry.isFile() && !left.includes(entry.name) && entry.name !== 'pg_control') files.push([source, target]);
      if (!entry.isDirectory() || entry.name.startsWith('pgsql_tmp')) continue;
      await mkdir(target, { mode: 0o700 });
      await this.adopt(target);
      if (entry.name !== 'pg_wal' && !emptied.includes(entry.name)) await this.#walk([source, target], files);
    }
  }

  /** False when the file is not there any more: a dropped table, which the log will drop too. */
  async file(source: string, target: string): Promise<boolean> {
    this.#broken.throwIfAborted();
    const copied = await copyFile(source, target).then(() => true).catch(ifMissing(false));
    if (copied) await this.adopt(target);
    return copied;
  }

  /** Last of all, and read until two readings agree: the server may be rewriting it, and its checksum must hold. */
  async control(from: string, to: string): Promise<void> {
    const path = join('global', 'pg_control');
    let bytes = await readFile(join(from, path));
    for (let reads = 1; reads < stableReadsMax; reads++) {
      const again = await readFile(join(from, path));
      if (again.equals(bytes)) {
        await writeFile(join(to, path), bytes, { mode: 0o600 });
        return this.adopt(join(to, path));
      }
      bytes = again;
    }
    throw new Error(`${basename(path)} changes with every reading`);
  }

  /** Gives the path to PostgreSQL's account and remembers to flush it. */
  async adopt(path: string): Promise<void> {
    if (this.#account) await chown(path, this.#account.uid, this.#account.gid);
    this.#written.push(path);
  }

  /** Everything on disk before the rename makes it the standby: a power cut must not leave a standby with holes. */
  async flush(): Promise<void> {
    const queue = this.#written.values();
    await Promise.all(Array.from({ length: copiersMax }, async () => {
      for (const path of queue) {
        const handle = await open(path, 'r');
        await handle.sync().finally(() => handle.close());
      }
    }));
  }
}

const ifMissing = <T>(instead: T) => (error: NodeJS.ErrnoException): T => {
  if (error.code === 'ENOENT') return instead;
  throw error;
};
