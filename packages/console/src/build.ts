/**
 * The console as files to serve, built when nobody has built this very source yet.
 * Invariant: what is served was built from the sources as they are: the folder's name is their digest. Any number of
 * processes may ask at once; each builds into a folder of its own and the first to finish gives it its name.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface BuiltFile {
  readonly body: Buffer;
  readonly contentType: string;
  /** Its name holds a digest of its bytes: it may be kept for ever. */
  readonly isImmutable: boolean;
}

export interface BuiltConsole {
  /** By path as a browser asks for it, such as `/assets/index-1a2b.js`; `/index.html` is every page. */
  readonly files: ReadonlyMap<string, BuiltFile>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const builds = join(root, 'dist');
/** Everything a build reads: a change in any of them makes another console. */
const sources = [join(root, 'src'), join(root, 'index.html'), resolve(root, '../core/src'), resolve(root, '../api/src'), resolve(root, '../../package-lock.json')];
/** A build takes seconds; one that takes this long hangs. */
const BUILD_LIMIT_MS = 120_000;

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** `print` gets what the build says, when there was one to make. */
export async function buildConsole(print: (text: string) => void = () => {}): Promise<BuiltConsole> {
  const folder = join(builds, await digestOf(sources));
  if (!existsSync(folder)) print(await buildInto(folder));
  return { files: await readFiles(folder) };
}

async function buildInto(folder: string): Promise<string> {
  const draft = `${folder}.${process.pid}`;
  // A process of its own: the bundler must not take the time and memory of whoever serves.
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL('build.process.ts', import.meta.url)), draft], { timeout: BUILD_LIMIT_MS });
  // Refused when another process was first: then its files are as good.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  await removeOthers(folder);
  return stdout;
}

/** Builds of other sources. Whoever serves one has it in memory; a draft that is younger than any build may last is somebody's work. */
async function removeOthers(folder: string): Promise<void> {
  for (const name of await readdir(builds)) {
    const path = join(builds, name);
    if (path !== folder && !name.includes('.')) await rm(path, { recursive: true, force: true });
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, BuiltFile>> {
  const names = await filesIn(folder);
  return new Map(await Promise.all(names.map(async (path): Promise<[string, BuiltFile]> => {
    const name = path.slice(folder.length).replaceAll('\\', '/');
    return [name, { body: await readFile(path), contentType: contentTypes[extname(path)] ?? 'application/octet-stream', isImmutable: name.startsWith('/assets/') }];
  })));
}

async function digestOf(paths: readonly string[]): Promise<string> {
  const digest = createHash('sha256');
  for (const start of paths) {
    for (const path of await filesIn(start)) digest.update(path.slice(root.length)).update('\0').update(await readFile(path)).update('\0');
  }
  return digest.digest('hex').slice(0, 16);
}

/** Of a folder all files of a build, in a fixed order; tests are in no build. */
async function filesIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!entries) return [path];
  return entries.filter((entry) => entry.isFile() && !entry.name.includes('.test.')).map((entry) => join(entry.parentPath, entry.name)).sort();
}
