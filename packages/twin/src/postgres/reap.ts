/**
 * Finds and ends the PostgreSQL processes of a data folder, whoever started them.
 * Invariant: a process is signalled only if its command line says that it is a postgres of exactly that folder,
 * so a stale pid file, or a pid that went to someone else, harms nobody.
 * Orphans of a killed postmaster are found too: their titles carry the cluster name, a hash of the folder.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { poll } from './connection.ts';
import { canonical } from './data-folder.ts';

const run = promisify(execFile);

export interface Process {
  readonly pid: number;
  readonly command: string;
}

export interface ServerProcess extends Process {
  readonly isPostmaster: boolean;
}

/** Set as `cluster_name`, so that every process of the server shows it in its title. */
export const clusterName = (dataDir: string): string =>
  `understudy-${createHash('sha256').update(canonical(dataDir)).digest('hex').slice(0, 16)}`;

/** All running processes; Linux without starting a process of its own, elsewhere by `ps`. */
export async function listProcesses(platform: string = process.platform): Promise<readonly Process[]> {
  if (platform !== 'linux') {
    const { stdout } = await run('ps', ['-axww', '-o', 'pid=,args='], { maxBuffer: 16 * 1024 * 1024 });
    return stdout.split('\n').flatMap((line) => {
      const match = /^\s*(\d+)\s+(.*)$/.exec(line);
      return match?.[1] && match[2] ? [{ pid: Number(match[1]), command: match[2].trim() }] : [];
    });
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process may end between the listing and the reading; one that awaits its parent has no command line.
      const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { pid: Number(pid), command: raw.replaceAll('\0', ' ').trim() };
    }),
  );
  return found.filter((process) => process.command !== '');
}

export async function serverProcesses(dataDir: string): Promise<readonly ServerProcess[]> {
  const folder = canonical(dataDir);
  const title = `postgres: ${clusterName(folder)}: `;
  return (await listProcesses()).flatMap((process) => {
    const isPostmaster = isPostmasterOf(process.command, folder);
    return isPostmaster || process.command.startsWith(title) ? [{ ...process, isPostmaster }] : [];
  });
}

/** The supervisor always starts `<path>/postgres -D <folder> -...`; a child that has just forked shows the same line. */
function isPostmasterOf(command: string, folder: string): boolean {
  const marker = ` -D ${folder} -`;
  const at = command.indexOf(marker);
  return at > 0 && basename(command.slice(0, at)) === 'postgres';
}

const signalled = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const goneLimit = { limitMs: 10_000, everyMs: 5 } as const;
const politeLimit = { limitMs: 6_000, everyMs: 10 } as const;

/**
 * SIGKILL of every process of the folder, the postmaster first (it would take a killed child for a crash and restart);
 * resolves when all are gone, so that the folder can be started again. A backend left alive could still commit.
 * `wasAlive`: the caller knows that the server ran until now.
 */
export async function killProcesses(dataDir: string, wasAlive: boolean): Promise<void> {
  let killed = wasAlive;
  const gone = await poll(async () => {
    const processes = await serverProcesses(dataDir);
    if (processes.length === 0) return true;
    killed = true;
    for (const { pid } of processes.toSorted((a, b) => Number(b.isPostmaster) - Number(a.isPostmaster))) signalled(pid, 'SIGKILL');
    return undefined;
  }, goneLimit);
  if (!gone) throw new Error(`processes of ${dataDir} survive SIGKILL: ${JSON.stringify(await serverProcesses(dataDir))}`);
  if (killed) await removeSharedMemory(dataDir);
}

/**
 * A killed postmaster leaves its System V segment; macOS allows only 32 of them. The next start on the folder would
 * reclaim it, but the folder may be replaced instead. Only called for processes seen alive, so the pid file is of this boot.
 */
async function removeSharedMemory(dataDir: string): Promise<void> {
  const pidFile = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const segment = pidFile.split('\n')[6]?.trim().split(/\s+/)[1];
  if (segment && /^\d+$/.test(segment)) await run('ipcrm', ['-m', segment]).catch(() => undefined);
}

/**
 * Ends what a killed supervisor left running on the folder: fast shutdown first, then SIGKILL.
 * Resolves to whether there was anything. Call it before the first start of a folder.
 */
export async function reapLeftover(dataDir: string): Promise<boolean> {
  const found = await serverProcesses(dataDir);
  if (found.length === 0) return false;
  const postmaster = await recordedPid(dataDir);
  if (found.some(({ pid }) => pid === postmaster)) {
    signalled(postmaster, 'SIGINT');
    await poll(async () => ((await serverProcesses(dataDir)).length === 0 ? true : undefined), politeLimit);
  }
  await killProcesses(dataDir, true);
  return true;
}

async function recordedPid(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  return Number.parseInt(text, 10) || 0;
}
