/**
 * docs/performance.md and its plots, made from the runs in docs/performance/*.json and from nothing else.
 * Invariant: the same runs give the same page; a test compares it with the one that is committed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { shown } from '../measure/compare.ts';
import { barPlot, linePlot } from './plot.ts';
import { readRun } from './run.ts';
import type { Run, RunReport } from './run.ts';
import { comparisonHead, comparisonRows, figureHead, figureRows, goalHead, goalRow, seriesHead, seriesRows } from './text.ts';
import type { Row } from './text.ts';

const docs = new URL('../../../../docs/', import.meta.url);
const runsFolder = new URL('performance/', docs);

/** Runs by name, in the order of their names; the plots are of the first. */
export type NamedRuns = readonly (readonly [name: string, run: Run])[];

export const committedRuns = (): NamedRuns =>
  (existsSync(runsFolder) ? readdirSync(runsFolder) : []).filter((name) => name.endsWith('.json')).sort().map((name) => [name.replace(/\.json$/, ''), readRun(new URL(name, runsFolder))]);

const table = (head: Row, rows: readonly Row[]): string =>
  rows.length === 0 ? '' : `${[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')}\n`;

const machineOf = ({ at, rounds, quick, machine }: Run): string =>
  `${at.slice(0, 16).replace('T', ' ')} UTC, ${machine.processors} processors (${machine.processor}), ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}; ${rounds} rounds${quick ? ', --quick' : ''}; load of the minute before: ${shown(machine.loadBefore)}`;

/** Each plot by its file's name. */
export function plotsOf(run: Run): ReadonlyMap<string, string> {
  const plots = new Map<string, string>();
  for (const { name, comparisons, series } of run.reports) {
    comparisons.filter(({ baselines }) => baselines.length > 0).forEach((comparison, n) => plots.set(`${name}-${n + 1}.svg`, barPlot(comparison)));
    series.forEach((each, n) => plots.set(`${name}-growth-${n + 1}.svg`, linePlot(each)));
  }
  return plots;
}

function sectionOf(name: string, reports: readonly (readonly [run: string, report: RunReport])[], plots: readonly string[]): string {
  // The newest run's words: a benchmark may have changed between two runs.
  const { about, notes } = reports.at(-1)?.[1] ?? { about: '', notes: [] };
  const several = reports.length > 1;
  const labelled = (head: Row, rowsOf: (report: RunReport) => readonly Row[]): string =>
    table(several ? ['run', ...head] : head, reports.flatMap(([run, report]) => rowsOf(report).map((row) => (several ? [run, ...row] : row))));
  const parts = [
    `## ${name}\n`, `${about[0]?.toUpperCase() ?? ''}${about.slice(1)}.\n`,
    ...plots.map((plot) => `![${plot.replace('.svg', '')}](performance/${plot})\n`),
    labelled(goalHead, (report) => report.goals.map(goalRow)),
    labelled(comparisonHead, (report) => report.comparisons.flatMap(comparisonRows)),
    labelled(seriesHead, seriesRows),
    labelled(figureHead, figureRows),
    notes.map((note) => `- ${note}\n`).join(''),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** The whole page. Without runs it says how to make one. */
export function pageOf(runs: NamedRuns): string {
  const names = [...new Set(runs.flatMap(([, run]) => run.reports.map((report) => report.name)))];
  const plots = [...(runs[0] ? plotsOf(runs[0][1]).keys() : [])];
  return [
    '# Performance\n',
    'Written by `npm run bench -- --docs` from the runs in `docs/performance`; not by hand. Every figure that compares is taken side by side with its baseline in one run, in turn, so that ratios hold where absolute figures do not. A round during which others used more than a tenth of the machine is discarded and made again: their use is what the kernel counted as busy beyond the processor time of the benchmark and all that it started.\n',
    runs.length === 0 ? 'No run is kept yet: `npm run bench -- --json docs/performance/run-1.json`.\n' : runs.map(([name, run]) => `- ${name}: ${machineOf(run)}\n`).join(''),
    ...names.map((name) => sectionOf(name, runs.flatMap(([run, { reports }]) => reports.filter((report) => report.name === name).map((report): [string, RunReport] => [run, report])), plots.filter((plot) => new RegExp(`^${name}-(growth-)?\\d+\\.svg$`).test(plot)))),
  ].join('\n');
}

export function writePage(): void {
  mkdirSync(runsFolder, { recursive: true });
  const runs = committedRuns();
  for (const old of readdirSync(runsFolder).filter((name) => name.endsWith('.svg'))) rmSync(new URL(old, runsFolder));
  for (const [name, plot] of runs[0] ? plotsOf(runs[0][1]) : []) writeFileSync(new URL(name, runsFolder), plot);
  writeFileSync(new URL('performance.md', docs), pageOf(runs));
}

export const committedPage = (): string => readFileSync(new URL('performance.md', docs), 'utf8');
