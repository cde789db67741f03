/**
 * Supervises one real PostgreSQL server on one data folder.
 * Invariant: a folder marked as a standby is never started as a primary (that would be a second primary on the same
 * timeline), and after `kill` or `stop` no process of the folder is left.
 * It does not restart a server that dies, and does not decide who is primary.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import type pg from 'pg';
import { findBinaries } from './binaries.ts';
import { connect, one, poll, superuser, withConnection, type Address } from './connection.ts';
import { canonical, markStandby, roleOnDisk } from './data-folder.ts';
import { initialiseCluster, spawnOptions } from './initialise.ts';
import { clusterName, killProcesses } from './reap.ts';
import { connectionInfo, settingArguments } from './settings.ts';

export interface ServerOptions {
  /** Letters, digits, `-` and `_`: it names the standby in its upstream's statistics. */
  readonly name: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly port: number;
  /** Overrides of the settings, for a caller with a special need. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The role that asks whether the server answers. */
  readonly user?: string;
}

/** A standby without an upstream replays the log that it has and stays readable. */
export type StartAs = { readonly role: 'primary' } | { readonly role: 'standby'; readonly upstream?: Address };

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when `stop` or `kill` was asked for. */
  readonly expected: boolean;
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  ending: boolean;
}

interface Answer extends pg.QueryResultRow {
  readonly recovery: boolean;
  readonly cluster: string;
}

const whoAnswers = "SELECT pg_is_in_recovery() AS recovery, current_setting('cluster_name') AS cluster";

/** Crash recovery of some gigabytes of log fits in this. */
const startLimit = { limitMs: 60_000, everyMs: 5 } as const;
/** A fast shutdown waits for standbys, a cut-off one for up to 3 s. */
const fastStopMs = 10_000;
const immediateStopMs = 5_000;
/** A standby whose upstream is away complains a hundred times a second. */
const log = { bytesMax: 16 * 1024 * 1024, checkEveryMs: 5_000 } as const;

export class PostgresServer implements ServerOptions {
  readonly name: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly user: string;
  #running: Running | undefined;
  readonly #listeners = new Set<(exit: Exit) => void>();

  constructor(options: ServerOptions) {
    if (!/^[\w-]{1,63}$/.test(options.name)) throw new Error(`not a server name: ${options.name}`);
    this.name = options.name;
    this.dataDir = canonical(options.dataDir);
    this.logFile = options.logFile;
    this.port = options.port;
    this.settings = options.settings ?? {};
    this.user = options.user ?? superuser;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: this.port };
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** Called at each exit of the postmaster, asked for or not; returns how to stop listening. */
  onExit(listener: (exit: Exit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A connection as the superuser; the caller ends it. */
  connect(): Promise<pg.Client> {
    return connect(this.address, this.user);
  }

  /** Makes a new cluster in an empty place. */
  async initialise(): Promise<void> {
    await initialiseCluster(await findBinaries(), this.dataDir);
  }

  /**
   * Resolves when a real connection answers in the wanted role; a standby's upstream may be down meanwhile.
   * A former primary with lost rows starts as a standby once, and never follows: see `followsFresh`.
   */
  async start(as: StartAs): Promise<void> {
    if (this.#running) throw new Error(`${this.name} is running already`);
    const role = roleOnDisk(this.dataDir);
    if (role === 'empty') throw new Error(`${this.name} has no cluster at ${this.dataDir}: initialise or seed it first`);
    if (as.role === 'primary' && role === 'standby') throw new Error(`${this.name} is a standby on disk: promote it instead of starting it as primary`);
    const { postgres, account } = await findBinaries();
    if (as.role === 'standby') await markStandby(this.dataDir, account);
    const upstream = as.role === 'standby' && as.upstream ? connectionInfo(as.upstream, this.name) : '';
    const settings = { ...this.settings, cluster_name: clusterName(this.dataDir), primary_conninfo: upstream };
    const args = ['-D', this.dataDir, '-p', String(this.port), ...settingArguments(settings)];
    const running = this.#spawn(postgres, args, spawnOptions(account));
    try {
      await this.#answers(running, as.role === 'standby');
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  #spawn(path: string, args: readonly string[], options: ReturnType<typeof spawnOptions>): Running {
    mkdirSync(dirname(this.logFile), { recursive: true });
    const output = openSync(this.logFile, 'a');
    // Detached: Ctrl-C in a terminal is for the supervisor, which stops its servers in order.
    const child = spawn(path, args, { ...options, detached: true, stdio: ['ignore', output, output] });
    closeSync(output);
    const trimming = setInterval(() => void this.#trimLog(), log.checkEveryMs).unref();
    const exited = new Promise<Exit>((done) => {
      const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
        clearInterval(trimming);
        const exit = { code, signal, expected: running.ending };
        if (this.#running === running) this.#running = undefined;
        done(exit);
        for (const listener of this.#listeners) listener(exit);
      };
      child.once('exit', finish);
      child.once('error', () => finish(null, null));
    });
    const running: Running = { child, exited, ending: false };
    this.#running = running;
    return running;
  }

  async #answers(running: Running, inRecovery: boolean): Promise<void> {
    let last: unknown;
    const answered = await poll(async () => {
      if (this.#running !== running) throw new Error(`${this.name} ended while starting:\n${await this.#logTail()}`);
      try {
        const row = await withConnection(this.address, (client) => one<Answer>(client, whoAnswers), this.user);
        // Someone else may hold our port; ours then ends by itself.
        return row.cluster === clusterName(this.dataDir) ? row.recovery === inRecovery : undefined;
      } catch (error) {
        last = error;
        return undefined;
      }
    }, startLimit);
    if (answered === undefined) throw new Error(`${this.name} does not answer after ${startLimit.limitMs} ms:\n${await this.#logTail()}`, { cause: last });
    if (!answered) throw new Error(`${this.name} answers, but ${inRecovery ? 'is not' : 'is'} in recovery`);
  }

  /** SIGKILL of the postmaster and all its children, as when the machine dies; resolves when all are gone. */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running) {
      running.ending = true;
      running.child.kill('SIGKILL');
    }
    await killProcesses(this.dataDir, running !== undefined);
    await running?.exited;
  }

  /** Fast shutdown, after a while immediate, at last SIGKILL. Resolves to whether the shutdown was a clean one. */
  async stop(): Promise<'clean' | 'forced'> {
    const running = this.#running;
    if (!running) return 'clean';
    running.ending = true;
    running.child.kill('SIGINT');
    const exit = await within(running.exited, fastStopMs);
    if (exit?.code === 0) return 'clean';
    if (!exit) {
      running.child.kill('SIGQUIT');
      await within(running.exited, immediateStopMs);
    }
    await this.kill();
    return 'forced';
  }

  async #trimLog(): Promise<void> {
    // The server appends, so it goes on at the new end.
    const size = await stat(this.logFile).then((found) => found.size, () => 0);
    if (size > log.bytesMax) await truncate(this.logFile).catch(() => undefined);
  }

  async #logTail(): Promise<string> {
    return (await readFile(this.logFile, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-6).join('\n');
  }
}

function within<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((done) => (timer = setTimeout(done, limitMs, undefined)));
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
