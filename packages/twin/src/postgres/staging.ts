/**
 * Builds a folder beside its final place and puts it there by rename.
 * Invariant: whoever dies, and whenever, the final place holds the old folder, the new one or nothing: never a part.
 * What the dead leave behind stands beside it, named by their pid, and is swept by the next to come.
 */
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unreachableFolder, type Account } from './binaries.ts';
import { syncFolder } from './data-folder.ts';

const stagingName = /^\.(staging|replaced)-(\d+)-[0-9a-f]+$/;

const beside = (final: string, kind: 'staging' | 'replaced'): string =>
  `${final}.${kind}-${process.pid}-${randomBytes(4).toString('hex')}`;

/** Runs `build` on an empty private folder, then moves it to `final`, replacing what is there. */
export async function buildBeside(final: string, account: Account | undefined, build: (staging: string) => Promise<void>): Promise<void> {
  const parent = dirname(final);
  await mkdir(parent, { recursive: true });
  const blocked = account && unreachableFolder(parent, account);
  if (blocked !== undefined) throw new Error(`PostgreSQL runs as uid ${account?.uid}, which may not enter ${blocked}: keep the data elsewhere or run as a normal user`);
  await sweep(final);
  const staging = beside(final, 'staging');
  try {
    await mkdir(staging, { mode: 0o700 });
    await chmod(staging, 0o700);
    if (account) await chown(staging, account.uid, account.gid);
    await build(staging);
    await putInPlace(staging, final);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function putInPlace(staging: string, final: string): Promise<void> {
  const replaced = beside(final, 'replaced');
  await rename(final, replaced).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(staging, final);
  await syncFolder(dirname(final));
  await rm(replaced, { recursive: true, force: true });
}

async function sweep(final: string): Promise<void> {
  for (const name of await readdir(dirname(final))) {
    if (!name.startsWith(basename(final))) continue;
    const owner = stagingName.exec(name.slice(basename(final).length))?.[2];
    if (owner && !isAlive(Number(owner))) await rm(join(dirname(final), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
