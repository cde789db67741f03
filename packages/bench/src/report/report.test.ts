// What a run becomes: its JSON, its tables, its page and its plots.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { spreadOf } from '../measure/statistics.ts';
import { flameGraph } from './flame.ts';
import { committedPage, committedRuns, pageOf, plotsOf } from './page.ts';
import { runText } from './run.ts';
import type { Run } from './run.ts';
import { reportText } from './text.ts';

const measured = (name: string, values: readonly number[]) => ({ name, values, ...spreadOf(values) });

const run: Run = {
  at: '2026-01-05T12:00:00.000Z', quick: true, rounds: 3,
  machine: { processor: 'a processor', processors: 2, memoryGb: 4, system: 'linux 6', node: 'v24', loadBefore: 0.1 },
  reports: [{
    name: 'post', about: 'payments a second', tookS: 3,
    comparisons: [{ what: 'posting', unit: 'payments/s', better: 'higher', ours: measured('ours', [90, 100, 110]), baselines: [{ ...measured('raw <SQL>', [190, 200, 210]), ratio: spreadOf([0.47, 0.5, 0.52]) }], rounds: 3, discarded: 1, noisy: 0 }],
    figures: [{ what: 'memory', value: 12.3456789, unit: 'MB' }],
    series: [{ what: 'posting, by size', size: 'payments', unit: 'ms', lines: [{ name: 'ours', points: [[1000, 1], [100_000, 1.1]] }] }],
    goals: [{ what: 'posting, to raw', figure: 0.5, unit: 'x', bound: 'at least', limit: 0.8 }],
    notes: ['A note.'],
  }],
};

test('report: a run for people -> says who was measured, the spread, the discarded rounds and the goal that was missed', () => {
  const [report] = run.reports;
  const text = report ? reportText(report) : '';
  for (const words of ['100 (90..110)', '0.5 (0.47..0.52) x', '3, 1 discarded', 'at least 0.8 x', 'missed', 'A note.']) expect(text).toContain(words);
});

test('report: a run as JSON -> read back as it was, a line for each benchmark', () => {
  expect(JSON.parse(runText(run))).toMatchObject({ rounds: 3, reports: [{ name: 'post', figures: [{ value: 12.346 }] }] });
  expect(runText(run).split('\n')).toHaveLength(4);
});

test('report: a page of two runs -> names each, and links the plots of the first', () => {
  const page = pageOf([['run-1', run], ['run-2', run]]);
  expect(page).toContain('| run-2 | posting, to raw |');
  for (const name of plotsOf(run).keys()) expect(page).toContain(`(performance/${name})`);
  expect([...plotsOf(run).keys()]).toEqual(['post-1.svg', 'post-growth-1.svg']);
});

test('report: a plot -> holds names as text and no bar beyond its edge', () => {
  const plot = plotsOf(run).get('post-1.svg') ?? '';
  expect(plot).toContain('raw &lt;SQL&gt;');
  const rights = [...plot.matchAll(/<rect [^>]*x="([\d.]+)"[^>]*width="([\d.]+)"/g)].map(([, x, width]) => Number(x) + Number(width));
  expect(rights).toHaveLength(2);
  expect(Math.max(...rights)).toBeLessThan(720);
});

test('docs/performance.md -> is what the kept runs say; if not, run `npm run bench -- --docs`', () => {
  const runs = committedRuns();
  expect(committedPage()).toBe(pageOf(runs));
  for (const [name, plot] of runs[0] ? plotsOf(runs[0][1]) : []) expect(readFileSync(`docs/performance/${name}`, 'utf8'), name).toBe(plot);
});

test('flame graph: a profile -> each function as wide as its part, callers below, nothing idle, names from the sources', () => {
  const frame = (functionName: string, url = 'file:///bundle.mjs', lineNumber = 0) => ({ functionName, url, lineNumber, columnNumber: 0 });
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', ''), children: [2, 3, 6] }, { id: 2, callFrame: frame('(idle)', '') },
      { id: 3, callFrame: frame('a', 'file:///bundle.mjs', 7), children: [4, 5] }, { id: 4, callFrame: frame('b', 'file:///bundle.mjs', 9) }, { id: 5, callFrame: frame('request', 'node:http') },
      { id: 6, callFrame: frame('post', 'node:inspector') },
    ],
    samples: [2, 3, 4, 4, 5, 6], timeDeltas: [5000, 100, 200, 200, 500, 9000],
  };
  const find = ({ lineNumber }: { readonly lineNumber: number }) =>
    ({ generatedLine: 0, generatedColumn: 0, originalSource: lineNumber === 7 ? '../core/accept.ts' : '../node_modules/aws4/aws4.js', originalLine: lineNumber, originalColumn: 0, name: undefined }) as never;
  const svg = flameGraph(profile, { title: 'accept', calls: 10, find });
  const told = [...svg.matchAll(/<title>(.*?)<\/title><rect class="(\w+)" x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g)].map(([, ...parts]) => parts);
  expect(told).toEqual([
    ['accept.ts:8: 100.0 %, 100.0 µs a call', 'ours', '0.0', '47', '1200.0'],
    ['request node:http: 50.0 %, 50.0 µs a call', 'node', '0.0', '30', '600.0'],
    ['aws4/aws4.js:10: 40.0 %, 40.0 µs a call', 'library', '600.0', '30', '480.0'],
  ]);
});
