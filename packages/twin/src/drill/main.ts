/** `npm run drill -- SCENARIO`: breaks a twin of its own under load and says whether every promise was kept. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { longRuns } from '../crash-points/every-write.ts';
import type { LongRun } from '../crash-points/every-write.ts';
import { UsageError } from '../options.ts';
import { runDrill } from './drill.ts';
import type { DrillReport, Unplayed } from './drill.ts';
import { Progress } from './progress.ts';
import { formatSeconds, loadHead, loadRows, moveHead, moveRows, passed, promiseHead, promiseRows } from './report/figures.ts';
import type { Row } from './report/figures.ts';
import { page } from './report/html.ts';
import type { Circumstances } from './report/html.ts';
import { junit } from './report/junit.ts';
import { scenarios } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';

const usage = `Usage: npm run drill -- SCENARIO [--seed N] [--rate N] [--scale N] [--json FILE] [--html FILE|FOLDER] [--junit FILE]

  all                        every scenario, one after the other
${scenarios.map(({ name, about }) => `  ${name.padEnd(26)} ${about}`).join('\n')}

Too long for "all", and without options:

${longRuns.map(({ name, about }) => `  ${name.padEnd(28)} ${about}`).join('\n')}
`;

interface Command {
  readonly wanted: readonly Scenario[];
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly scale: number;
  readonly files: Files;
}

interface Files {
  readonly json?: string | undefined;
  /** A page of all; or, when its name does not end in .html, a folder with a page for each and one that leads to them. */
  readonly html?: string | undefined;
  readonly junit?: string | undefined;
}

function readCommand(): Command {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string', default: '1' }, rate: { type: 'string', default: '100' }, scale: { type: 'string', default: '1' }, json: { type: 'string' }, html: { type: 'string' }, junit: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const wanted = positionals[0] === 'all' ? scenarios : scenarios.filter(({ name }) => name === positionals[0]);
  const seed = Number(values.seed);
  const ratePerSecond = Number(values.rate);
  if (values.help || wanted.length === 0 || positionals.length !== 1) throw new UsageError(usage);
  if (!Number.isInteger(seed) || seed < 0) throw new UsageError('--seed must be a whole number, 0 or more');
  if (!(ratePerSecond >= 1 && ratePerSecond <= 1_000)) throw new UsageError('--rate must be from 1 to 1000 payments/s');
  const scale = Number(values.scale);
  if (!(scale >= 0.2 && scale <= 10)) throw new UsageError('--scale stretches the pauses and the patience: from 0.2 to 10');
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
    ...columns([promiseHead, ...promiseRows(report)]),
    `  memory ${report.memoryMegabytes['total']} MB in all; ready after ${formatSeconds(report.startMs)}`,
    ...verdict.broken.map((sentence) => `  BROKEN: ${sentence}`), '',
  ];
  process.stdout.write(lines.join('\n'));
}

/** What has been played so far. */
interface Results {
  readonly reports: DrillReport[];
  readonly unplayed: Unplayed[];
  readonly startedAt: Date;
}

function write({ reports, unplayed, startedAt }: Results, { seed, ratePerSecond, files }: Command): void {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const run: Circumstances = {
    by: userInfo().username, at: startedAt.toISOString(), version, platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    configuration: `two regions on one machine, fast timing, automatic failover; ${ratePerSecond} payments/s, seed ${seed}`, unplayed,
  };
  const { json, html, junit: xml } = files;
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...run, reports }, undefined, 2)}\n`);
  if (xml !== undefined) writeFileSync(xml, junit(reports, unplayed));
  if (html?.endsWith('.html')) return writeFileSync(html, page(reports, run));
  if (html === undefined) return;
  mkdirSync(html, { recursive: true });
  writeFileSync(join(html, 'index.html'), page(reports, { ...run, pageOf: (scenario) => `${scenario}.html` }));
  for (const report of reports) writeFileSync(join(html, `${report.scenario}.html`), page([report], { ...run, unplayed: [] }));
}

async function runLong(run: LongRun): Promise<void> {
  process.stderr.write(`${run.name}: ${run.about}\n`);
  const { summary, broken } = await run.run((sentence) => process.stderr.write(`${sentence}\n`));
  process.stdout.write(summary);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

async function playAll(command: Command): Promise<Results> {
  const { wanted, seed, ratePerSecond, scale } = command;
  const results: Results = { reports: [], unplayed: [], startedAt: new Date() };
  const progress = new Progress(process.stderr, wanted.length);
  for (const scenario of wanted) {
    const { name, about } = scenario;
    const startedAt = performance.now();
    const end = (verdict: string) => progress.end({ name, verdict, elapsedMs: performance.now() - startedAt });
    progress.begin(name, about);
    try {
      const report = await runDrill({ scenario, seed, ratePerSecond, scale, say: (sentence, elapsedMs) => progress.say(name, sentence, elapsedMs) });
      results.reports.push(report);
      end(passed(report) ? 'every promise kept' : `BROKEN, ${report.verdict.broken[0] ?? ''}`);
      print(report);
    } catch (error) {
      // The others are still wanted.
      const because = error instanceof Error ? error.message : String(error);
      results.unplayed.push({ scenario: name, because });
      end('could not be played to its end');
      process.stderr.write(`${because}\n`);
    }
    // After each: who stops a long run keeps what there is.
    write(results, command);
  }
  return results;
}

function summary({ reports, unplayed }: Results): readonly string[] {
  const rows = reports.map((report): Row => [
    report.scenario, passed(report) ? 'every promise kept' : 'BROKEN', formatSeconds(report.durationMs), String(report.verdict.acknowledged), String(report.lost), String(report.chargedTwice),
  ]);
  return columns([['scenario', 'verdict', 'took', 'acknowledged', 'lost', 'charged twice'], ...rows, ...unplayed.map(({ scenario }): Row => [scenario, 'NOT PLAYED TO ITS END', '-', '-', '-', '-'])]);
}

async function main(): Promise<void> {
  const long = longRuns.find(({ name }) => name === process.argv[2] && process.argv.length === 3);
  if (long) return runLong(long);
  const command = readCommand();
  const results = await playAll(command);
  if (command.wanted.length > 1) process.stdout.write(`\n${summary(results).join('\n')}\n`);
  process.exitCode = results.unplayed.length === 0 && results.reports.every(passed) ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // Whoever reads the code can tell a mistyped name from a broken promise.
  process.exit(error instanceof UsageError ? 2 : 1);
});
