/**
 * The twin's folder: where each part keeps its data, and the lock that keeps a second twin out.
 * Invariant: one supervisor at a time uses a folder; a lock whose owner is dead is taken over.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Region } from '@understudy/core';
import { leaveLedgerFolder, ledgerFolder, removeLedgerFolder } from './ledger-folder.ts';
import { UsageError } from './options.ts';

export interface DataDir {
  readonly path: string;
  readonly table: string;
  readonly sessions: string;
  readonly acquirer: string;
  readonly bundles: string;
  readonly apiKeyFile: string;
  readonly signingKeysFile: string;
  ledger(region: Region): string;
  queueLog(region: Region): string;
  bucket(region: Region): string;
  log(part: string): string;
  release(): void;
}

export function openDataDir(folder: string, options: { readonly fresh: boolean }): DataDir {
  const path = resolve(folder);
  const release = usable(path, () => {
    makeTraversable(path);
    return lock(path);
  });
  try {
    return usable(path, () => fill(path, options, release));
  } catch (error) {
    release();
    throw error;
  }
}

function fill(path: string, options: { readonly fresh: boolean }, release: () => void): DataDir {
  if (options.fresh) {
    removeLedgerFolder(path);
    for (const part of ['table', 'acquirer', 'queues', 'api-key', 'signing-keys', 'sessions', 'buckets']) rmSync(join(path, part), { recursive: true, force: true });
  }
  for (const part of ['table', 'acquirer', 'queues', 'logs', 'bundles']) makeTraversable(join(path, part));
  const ledger = ledgerFolder(path);
  return {
    path,
    table: join(path, 'table'),
    sessions: join(path, 'sessions'),
    acquirer: join(path, 'acquirer'),
    bundles: join(path, 'bundles'),
    apiKeyFile: join(path, 'api-key'),
    signingKeysFile: join(path, 'signing-keys'),
    ledger: (region) => join(ledger, region),
    queueLog: (region) => join(path, 'queues', `${region}.ndjson`),
    bucket: (region) => join(path, 'buckets', region),
    log: (part) => join(path, 'logs', `${part}.log`),
    release: () => {
      // A start that failed before its databases were made. Whatever happens to it here, the next twin may have the rest.
      try {
        leaveLedgerFolder(path);
      } finally {
        release();
      }
    },
  };
}

/** Whatever the file system refuses is said in one line, with what to do about it. */
function usable<T>(path: string, prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the data folder ${path} cannot be used (${error instanceof Error ? error.message : String(error)}); choose another with --data-dir`);
  }
}

/** PostgreSQL refuses to run as root and then runs as nobody, who must be able to walk down to its own folder. */
function makeTraversable(path: string): void {
  makeFolders(path);
  if (process.getuid?.() === 0) chmodSync(path, 0o755);
}

/** One by one, parents first: Node's recursive form never returns where the system makes no folders, such as in /proc. */
function makeFolders(path: string): void {
  if (!existsSync(path)) {
    makeFolders(dirname(path));
    mkdirSync(path, { mode: 0o755 });
  } else if (!statSync(path).isDirectory()) throw new Error(`${path} is not a folder`);
}

/** Takes the lock by linking a file that already names its owner: a lock never exists without one. */
function lock(path: string): () => void {
  const file = join(path, 'lock');
  const mine = join(path, `lock.${randomUUID()}`);
  writeFileSync(mine, String(process.pid));
  try {
    for (;;) {
      try {
        linkSync(mine, file);
        return () => rmSync(file, { force: true });
      } catch (error) {
        if (!isExisting(error)) throw error;
        const owner = ownerOf(file);
        if (owner !== undefined && isTwin(owner)) throw new UsageError(`another twin (process ${owner}) uses ${path}; stop it, or choose another folder with --data-dir`);
        takeAway(file, owner);
      }
    }
  } finally {
    unlinkSync(mine);
  }
}

/** Only the lock that was looked at: meanwhile another twin may have taken the folder over, and has its lock put back. */
function takeAway(file: string, owner: number | undefined): void {
  const taken = `${file}.${randomUUID()}`;
  try {
    renameSync(file, taken);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  try {
    if (ownerOf(taken) !== owner) linkSync(taken, file);
  } finally {
    rmSync(taken);
  }
}

const hasCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;
const isExisting = (error: unknown): boolean => hasCode(error, 'EEXIST');
const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT');

function ownerOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a live process that could be a twin has this id: the number may have been given to something else. */
function isTwin(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  try {
    return /node/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

