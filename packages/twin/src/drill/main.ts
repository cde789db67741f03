/** `npm run drill -- SCENARIO`: breaks a twin of its own under load and says whether every promise was kept. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { longRuns } from '../crash-points/every-write.ts';
import type { LongRun } from '../crash-points/every-write.ts';
import { runDrill } from './drill.ts';
import type { DrillReport } from './drill.ts';
import { scenarios } from './scenarios.ts';

const usage = `Usage: npm run drill -- SCENARIO [--seed N] [--rate N] [--json FILE]

  all                        every scenario, one after the other
${scenarios.map(({ name, about }) => `  ${name.padEnd(26)} ${about}`).join('\n')}

Too long for "all", and without options:

${longRuns.map(({ name, about }) => `  ${name.padEnd(28)} ${about}`).join('\n')}
`;

function readCommand() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string', default: '1' }, rate: { type: 'string', default: '100' }, json: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const wanted = positionals[0] === 'all' ? scenarios : scenarios.filter(({ name }) => name === positionals[0]);
  const seed = Number(values.seed);
  const ratePerSecond = Number(values.rate);
  if (values.help || wanted.length === 0 || positionals.length !== 1) throw new Error(usage);
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be a whole number, 0 or more');
  if (!(ratePerSecond >= 1 && ratePerSecond <= 1_000)) throw new Error('--rate must be from 1 to 1000 payments/s');
  return { wanted, seed, ratePerSecond, json: values.json };
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`);

function print(report: DrillReport): void {
  const { verdict } = report;
  const lines = [
    '', `${report.scenario}, seed ${report.seed}, ${report.ratePerSecond} payments/s: ${verdict.broken.length === 0 ? 'every promise kept' : 'BROKEN'}`,
    `  acknowledged ${verdict.acknowledged}; processed ${verdict.processed}, failed ${verdict.failed}, cancelled ${verdict.cancelled}; done without an acknowledgement ${verdict.unacknowledgedButDone}`,
    ...report.loads.map((load, n) => `  load ${n + 1}: ${load.sent} sent, ${load.failedCalls} of ${load.calls} calls failed, longest gap ${seconds(load.longestGapMs)}, acknowledged after ${load.ackLatencyMs.p50} ms (p50), ${load.ackLatencyMs.p99} ms (p99)`),
    ...report.moves.map((move) => `  ${move.kind} to ${move.to}: noticed ${seconds(move.phases.detectMs)}, accepting again ${seconds(move.acceptGapMs)}, moved ${seconds(move.phases.moveMs)}, healed ${seconds(move.phases.healMs)} later${move.lostRows ? `; ${move.lostRows.lost} rows lost by replication, ${move.lostRows.restored} restored` : ''}`),
    `  memory ${report.memoryMegabytes['total']} MB in all; ready after ${seconds(report.startMs)}`,
    ...verdict.broken.map((sentence) => `  BROKEN: ${sentence}`), '',
  ];
  process.stdout.write(lines.join('\n'));
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
  const { wanted, seed, ratePerSecond, json } = readCommand();
  const reports: DrillReport[] = [];
  for (const scenario of wanted) {
    process.stderr.write(`${scenario.name}: ${scenario.about}\n`);
    const report = await runDrill({ scenario, seed, ratePerSecond, say: (sentence) => process.stderr.write(`${sentence}\n`) });
    reports.push(report);
    print(report);
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(reports, undefined, 2)}\n`);
  process.exitCode = reports.every((report) => report.verdict.broken.length === 0) ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
