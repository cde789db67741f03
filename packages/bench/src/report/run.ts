// A whole run as JSON: what scripts read, and what the page of docs/performance.md is made from.
import { readFileSync } from 'node:fs';
import type { Findings } from '../benchmark.ts';
import type { Machine } from '../measure/machine.ts';

export interface RunReport extends Findings {
  readonly name: string;
  readonly about: string;
  readonly tookS: number;
}

export interface Run {
  readonly at: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly machine: Machine;
  readonly reports: RunReport[];
}

const DIGITS = 5;

/** A line for each benchmark, so that two runs can be compared line by line; no more digits than were measured. */
export function runText({ reports, ...head }: Run): string {
  const short = (_name: string, value: unknown): unknown => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value);
  const opening = JSON.stringify(head, short).slice(0, -1);
  return `${opening},"reports":[\n${reports.map((report) => JSON.stringify(report, short)).join(',\n')}\n]}\n`;
}

export const readRun = (path: string | URL): Run => JSON.parse(readFileSync(path, 'utf8')) as Run;
