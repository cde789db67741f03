/** `npm run drill -- SCENARIO`: breaks a twin of its own under load and says whether every promise was kept. */
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { longRuns } from '../crash-points/every-write.ts';
import type { LongRun } from '../crash-points/every-write.ts';
import { runDrill } from './drill.ts';
import type { DrillReport, Unplayed } from './drill.ts';
import { loadHead, loadRows, moveHead, moveRows, passed, seconds } from './report/figures.ts';
import type { Row } from './report/figures.ts';
import { page } from './report/html.ts';
import type { Circumstances } from './report/html.ts';
import { junit } from './report/junit.ts';
import { scenarios } from './scenarios.ts';

const usage = `Usage: npm run drill -- SCENARIO [--seed N] [--rate N] [--scale N] [--json FILE] [--html FILE] [--junit FILE]

  all                        every scenario, one after the other
${scenarios.map(({ name, about }) => `  ${name.padEnd(26)} ${about}`).join('\n')}

Too long for "all", and without options:

${longRuns.map(({ name, about }) => `  ${name.padEnd(28)} ${about}`).join('\n')}
`;

function readCommand() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string', default: '1' }, rate: { type: 'string', default: '100' }, scale: { type: 'string', default: '1' }, json: { type: 'string' }, html: { type: 'string' }, junit: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const wanted = positionals[0] === 'all' ? scenarios : scenarios.filter(({ name }) => name === positionals[0]);
  const seed = Number(values.seed);
  const ratePerSecond = Number(values.rate);
  if (values.help || wanted.length === 0 || positionals.length !== 1) throw new Error(usage);
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be a whole number, 0 or more');
  if (!(ratePerSecond >= 1 && ratePerSecond <= 1_000)) throw new Error('--rate must be from 1 to 1000 payments/s');
  const scale = Number(values.scale);
  if (!(scale >= 0.2 && scale <= 10)) throw new Error('--scale stretches the loads and pauses: from 0.2 to 10');
  return { wanted, seed, ratePerSecond, scale, files: values };
}

const columns = (rows: readonly Row[]): readonly string[] => {
  const widths = rows[0]?.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0))) ?? [];
  return rows.map((row) => `  ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join('  ').trimEnd()}`);
};

function print(report: DrillReport): void {
  const { verdict } = report;
  const lines = [
    '', `${report.scenario}, seed ${report.seed}, ${report.ratePerSecond} payments/s: ${passed(report) ? 'every promise kept' : 'BROKEN'}`,
    `  acknowledged ${verdict.acknowledged}, lost ${report.lost}, charged twice ${report.chargedTwice}; processed ${verdict.processed}, failed ${verdict.failed}, cancelled ${verdict.cancelled}; done without an acknowledgement ${verdict.unacknowledgedButDone}`,
    ...columns([loadHead, ...loadRows(report)]),
    ...(report.moves.length === 0 ? [] : columns([moveHead, ...moveRows(report)])),
    `  memory ${report.memoryMegabytes['total']} MB in all; ready after ${seconds(report.startMs)}`,
    ...verdict.broken.map((sentence) => `  BROKEN: ${sentence}`), '',
  ];
  process.stdout.write(lines.join('\n'));
}

function circumstances(unplayed: readonly Unplayed[]): Circumstances {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return { by: userInfo().username, at: new Date().toISOString(), version, platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`, unplayed };
}

interface Files {
  readonly json?: string | undefined;
  readonly html?: string | undefined;
  readonly junit?: string | undefined;
}

function write(reports: readonly DrillReport[], unplayed: readonly Unplayed[], { json, html, junit: xml }: Files): void {
  const run = circumstances(unplayed);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...run, reports }, undefined, 2)}\n`);
  if (html !== undefined) writeFileSync(html, page(reports, run));
  if (xml !== undefined) writeFileSync(xml, junit(reports, unplayed));
}

async function runLong(run: LongRun): Promise<void> {
  process.stderr.write(`${run.name}: ${run.about}\n`);
  const { summary, broken } = await run.run((sentence) => process.stderr.write(`${sentence}\n`));
  process.stdout.write(summary);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

async function main(): Promise<void> {
  const long = longRuns.find(({ name }) => name === process.argv[2] && process.argv.length === 3);
  if (long) return runLong(long);
  const { wanted, seed, ratePerSecond, scale, files } = readCommand();
  const reports: DrillReport[] = [];
  const unplayed: Unplayed[] = [];
  for (const [n, scenario] of wanted.entries()) {
    process.stderr.write(`${n + 1} of ${wanted.length}  ${scenario.name}: ${scenario.about}\n`);
    try {
      const report = await runDrill({ scenario, seed, ratePerSecond, scale, say: (sentence) => process.stderr.write(`${sentence}\n`) });
      reports.push(report);
      print(report);
    } catch (error) {
      // The others are still wanted.
      const because = error instanceof Error ? error.message : String(error);
      unplayed.push({ scenario: scenario.name, because });
      process.stderr.write(`${scenario.name} could not be played to its end: ${because}\n`);
    }
    // After each: who stops a long run keeps what there is.
    write(reports, unplayed, files);
  }
  const failed = [...unplayed, ...reports.filter((report) => !passed(report))].map(({ scenario }) => scenario);
  if (wanted.length > 1) process.stdout.write(`\n${columns(wanted.map(({ name }) => [name, failed.includes(name) ? 'FAILED' : 'every promise kept'])).join('\n')}\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
