/**
 * What the processors did, and how much of it was ours. All that the benchmarks start are our descendants, so their
 * processor time can be added up from /proc; what /proc/stat counts beyond it, the hypervisor's theft included, is
 * somebody else's: foreign load.
 * Invariant: only reads. Where there is no /proc, foreign load is not known, and said to be so by `undefined`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Linux counts in hundredths of a second, whatever the kernel's own tick. */
const TICK_MS = 10;

export interface CpuReading {
  readonly atMs: number;
  /** Of the whole machine, since it started. */
  readonly busyMs: number;
  /** Of this process and all its descendants, those that ended included. */
  readonly ownMs: number;
}

export function readCpu(root: number = process.pid): CpuReading | undefined {
  try {
    return { atMs: performance.now(), busyMs: busyMs(readFileSync('/proc/stat', 'utf8')), ownMs: ownMs(root) };
  } catch {
    return undefined;
  }
}

/** The share of all processors that others used between two readings, from 0 to 1. */
export function foreignShare(before: CpuReading | undefined, after: CpuReading | undefined, processors: number = availableParallelism()): number | undefined {
  if (!before || !after) return undefined;
  const elapsedMs = after.atMs - before.atMs;
  const othersMs = after.busyMs - before.busyMs - (after.ownMs - before.ownMs);
  return elapsedMs > 0 ? Math.max(0, othersMs / (elapsedMs * processors)) : 0;
}

export function busyMs(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = (/^cpu +(.+)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number);
  return (user + nice + system + interrupts + softInterrupts + stolen) * TICK_MS;
}

interface ProcessTimes {
  readonly parent: number;
  readonly ms: number;
}

/** Of /proc/PID/stat. The name, in parentheses, may hold anything. Children that ended count once they are waited for. */
export function timesIn(stat: string): ProcessTimes {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
  const [parent = 0] = fields.slice(1);
  return { parent, ms: fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) * TICK_MS };
}

/** Of a process and all its descendants, those that ended and were waited for included. */
export function ownMs(root: number): number {
  const times = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      times.set(Number(name), timesIn(readFileSync(`/proc/${name}/stat`, 'utf8')));
    } catch {
      // It has ended.
    }
  }
  const isOurs = (pid: number): boolean => {
    const seen = new Set<number>();
    for (let at = pid; at > 1 && !seen.has(at); at = times.get(at)?.parent ?? 0) {
      if (at === root) return true;
      seen.add(at);
    }
    return false;
  };
  return [...times].filter(([pid]) => isOurs(pid)).reduce((sum, [, { ms }]) => sum + ms, 0);
}
