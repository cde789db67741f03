// What one benchmark found, as tables for a terminal and for a document. Pure.
import { isMet } from '../benchmark.ts';
import type { Goal } from '../benchmark.ts';
import { shown } from '../measure/compare.ts';
import type { Comparison, Measured } from '../measure/compare.ts';
import type { Spread } from '../measure/statistics.ts';
import type { RunReport } from './run.ts';

export type Row = readonly string[];

const withSpread = ({ median, min, max }: Spread): string => `${shown(median)} (${shown(min)}..${shown(max)})`;

export const comparisonHead: Row = ['measured', 'unit', 'who', 'median (min..max)', 'ours to it', 'rounds'];

export function comparisonRows(comparison: Comparison): readonly Row[] {
  const { what, unit, better, ours, baselines, rounds, discarded, noisy } = comparison;
  const kept = [String(rounds), discarded > 0 ? `${discarded} discarded` : '', noisy > 0 ? `${noisy} not quiet` : ''].filter(Boolean).join(', ');
  const row = (who: Measured, ratio: string): Row => [what, `${unit}, ${better} is better`, who.name, withSpread(who), ratio, kept];
  return [row(ours, ''), ...baselines.map((baseline) => row(baseline, `${withSpread(baseline.ratio)} x`))];
}

export const goalHead: Row = ['goal', 'wanted', 'found', ''];

export const goalRow = (goal: Goal): Row => {
  const unit = goal.unit === '' ? '' : ` ${goal.unit}`;
  return [goal.what, `${goal.bound} ${shown(goal.limit)}${unit}`, `${shown(goal.figure)}${unit}`, isMet(goal) ? 'met' : 'missed'];
};

export const figureHead: Row = ['figure', 'value', 'unit'];
export const figureRows = ({ figures }: Pick<RunReport, 'figures'>): readonly Row[] => figures.map(({ what, value, unit }) => [what, shown(value), unit]);

export const seriesHead: Row = ['grows with', 'size', 'line', 'value'];
export const seriesRows = ({ series }: Pick<RunReport, 'series'>): readonly Row[] =>
  series.flatMap(({ what, unit, lines }) => lines.flatMap(({ name, points }) => points.map(([size, value]) => [what, shown(size), name, `${shown(value)} ${unit}`])));

function aligned(head: Row, rows: readonly Row[]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => (row[i] ?? '').length)));
  return [head, ...rows].map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd()}\n`).join('');
}

const tableOf = (head: Row, rows: readonly Row[]): string => (rows.length === 0 ? '' : `${aligned(head, rows)}\n`);

export function reportText(report: RunReport): string {
  return [
    `\n${report.name}: ${report.about} (${report.tookS} s)\n\n`,
    tableOf(comparisonHead, report.comparisons.flatMap(comparisonRows)),
    tableOf(seriesHead, seriesRows(report)),
    tableOf(figureHead, figureRows(report)),
    tableOf(goalHead, report.goals.map(goalRow)),
    ...report.notes.map((note) => `  ${note}\n`),
  ].join('');
}
