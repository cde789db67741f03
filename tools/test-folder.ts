/**
 * Where tests keep their files: in memory, where the system offers that and has room. They make and remove hundreds of
 * databases, and ext4 looks longer and longer for a free inode among those just removed: one suite of 36 tests took
 * 6 to 22 s on disk and 7 to 8 s in memory.
 * Node keeps there what it has compiled, too: a run starts a few hundred processes, each from the same sources.
 * Invariant: the folder goes with the process that asked for it, or at the next run if that process was killed.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const PREFIX = 'understudy-test-';
/** Three twins at once, with what a long test writes. */
const ROOM_BYTES_MIN = 4 * 1024 ** 3;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ROOM_BYTES_MIN;
}

/** Makes the folder and has every process started from here on take it for its temporary files. */
export function keepTestsInMemory(): void {
  if (!hasRoom()) return;
  for (const name of readdirSync(MEMORY)) {
    if (name.startsWith(PREFIX) && !isRunning(Number(name.slice(PREFIX.length)))) rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
  const folder = join(MEMORY, `${PREFIX}${process.pid}`);
  mkdirSync(folder, { recursive: true });
  // PostgreSQL runs as another user when tests run as root.
  chmodSync(folder, 0o755);
  process.env['TMPDIR'] = folder;
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
