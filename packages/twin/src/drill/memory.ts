/** Resident memory of processes and everything they started, in megabytes; shared pages are divided among their users. */
import { readdirSync, readFileSync } from 'node:fs';

const KIB_PER_MEGABYTE = 1024;

export function residentMegabytes(processes: readonly { readonly name: string; readonly pid: number }[]): Readonly<Record<string, number>> {
  const children = childrenOf();
  const own = new Set(processes.map(({ pid }) => pid));
  const sum = (pid: number): number => proportionalKib(pid) + (children.get(pid) ?? []).filter((child) => !own.has(child)).reduce((total, child) => total + sum(child), 0);
  const parts = processes.map(({ name, pid }): [string, number] => [name, Math.round(sum(pid) / KIB_PER_MEGABYTE)]);
  return Object.fromEntries([...parts, ['total', parts.reduce((total, [, megabytes]) => total + megabytes, 0)]]);
}

function proportionalKib(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function childrenOf(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const entry of readProcesses()) {
    try {
      // The name, in parentheses, may hold anything; the parent is the second field after it.
      const parent = Number(readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), entry]);
    } catch {
      // It has ended.
    }
  }
  return children;
}

function readProcesses(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
