/**
 * `npm run bench -- [NAME...]`: runs the benchmarks one after the other, says what they find, and writes it as JSON.
 * `npm run bench -- --docs` writes docs/performance.md and its plots from the committed runs instead.
 * Invariant: a benchmark that fails is named and does not keep the others from running; the exit code says so. Interrupted
 * or not, what a benchmark started is ended and its folder removed; only a SIGKILL leaves databases behind.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, Benchmark, Findings } from './benchmark.ts';
import { benchmarkNames, loadBenchmark } from './benchmarks/index.ts';
import { compare } from './measure/compare.ts';
import { describeMachine } from './measure/machine.ts';
import { writePage } from './report/page.ts';
import { runText } from './report/run.ts';
import type { Run, RunReport } from './report/run.ts';
import { reportText } from './report/text.ts';

const usage = `Usage: npm run bench -- [NAME...] [options]

  NAME          ${benchmarkNames.join(', ')}; all of them when none is named
  --quick       smaller sizes and three rounds: some three minutes for all
  --large       the sizes that take ten times longer as well
  --rounds N    so many rounds of each comparison (5; 3 with --quick)
  --json FILE   the same as JSON
  --flames DIR  with accept-cpu: flame graphs of what is called, as SVG
  --docs        measures nothing: writes docs/performance.md from docs/performance/*.json
`;

const ROUNDS_MAX = 100;

function readCommand() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, large: { type: 'boolean', default: false }, rounds: { type: 'string' }, json: { type: 'string' }, flames: { type: 'string' }, docs: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 5));
  const unknown = positionals.find((name) => !benchmarkNames.includes(name));
  if (values.help) throw new Error(usage);
  if (unknown !== undefined) throw new Error(`there is no benchmark ${unknown}\n${usage}`);
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= ROUNDS_MAX)) throw new Error(`--rounds must be a whole number from 1 to ${ROUNDS_MAX}`);
  return { ...values, rounds, wanted: positionals.length === 0 ? benchmarkNames : benchmarkNames.filter((name) => positionals.includes(name)) };
}

/** One line that is written over where somebody watches; a line each where a log is kept. */
function progress(name: string): (sentence: string) => void {
  const startedAt = performance.now();
  return (sentence) => {
    const line = `${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${name}: ${sentence}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line.slice(0, (process.stderr.columns ?? 120) - 1)}`);
    else process.stderr.write(`${line}\n`);
  };
}

/** How to end the benchmark that runs: its databases are no children that would end with us. */
let endRunning: (() => Promise<void>) | undefined;

async function interrupted(): Promise<void> {
  await endRunning?.();
  process.exit(130);
}

const none: Findings = { comparisons: [], figures: [], series: [], goals: [], notes: [] };

async function runOne(benchmark: Benchmark, options: Pick<Bench, 'quick' | 'large' | 'rounds' | 'flames'>): Promise<RunReport> {
  const { name, about } = benchmark;
  const say = progress(name);
  const ends: (() => Promise<unknown>)[] = [];
  const folder = await mkdtemp(join(tmpdir(), `understudy-bench-${name}-`));
  // PostgreSQL runs as nobody where we are root; a folder that is closed to it would have its ledgers elsewhere.
  await chmod(folder, 0o755);
  const startedAt = performance.now();
  const end = async (): Promise<void> => {
    for (const one of ends.splice(0).reverse()) await one().catch((error: unknown) => say(`could not be ended: ${String(error)}`));
    await rm(folder, { recursive: true, force: true });
  };
  endRunning = end;
  try {
    const found = await benchmark.run({ ...options, folder, say, after: (one) => void ends.push(one), compare: (contest) => compare(contest, { rounds: options.rounds, say }) });
    return { name, about, ...none, ...found, tookS: Math.round((performance.now() - startedAt) / 1000) };
  } finally {
    await end();
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}

async function main(): Promise<void> {
  const { wanted, docs, json, quick, large, rounds, flames } = readCommand();
  if (docs) return writePage();
  const run: Run = { at: new Date().toISOString(), quick, rounds, machine: describeMachine(), reports: [] };
  for (const name of wanted) {
    try {
      const report = await runOne(await loadBenchmark(name), { quick, large, rounds, ...(flames !== undefined && { flames }) });
      run.reports.push(report);
      process.stdout.write(reportText(report));
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`\n${name}: FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
    if (json !== undefined) await writeFile(json, runText(run));
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupted());

// What a benchmark that failed has left open must keep nobody waiting: everything is ended by now.
main().then(() => process.exit(), (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
