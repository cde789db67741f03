/** `npm run simulate`: lives many lives and says whether every promise was kept; a broken one names the seed that lives it again. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { live } from './life.ts';
import type { Outcome } from './life.ts';
import { liveMany } from './many.ts';
import { hunt, mutations, RUNS_TO_FIND_MAX } from './mutations/index.ts';

const usage = `Usage: npm run simulate -- [--runs N] [--seed N] [--workers N] [--json FILE] [--trace]

  --runs N      so many lives (1000)
  --seed N      the seed of the first (1); the others follow
  --workers N   so many cores (1); each life is the same on any
  --json FILE   the same as JSON
  --trace       one life, call by call
  --mutations   leaves one rule of the protocol out after the other, and says in how many lives each is missed
`;

const RUNS_MAX = 10_000_000;
const BROKEN_MAX = 10;
const WORKERS_MAX = 64;

function readCommand() {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' }, workers: { type: 'string', default: '1' }, json: { type: 'string' }, trace: { type: 'boolean', default: false }, mutations: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  const [runs, seed, workers] = [Number(values.runs), Number(values.seed), Number(values.workers)];
  if (values.help) throw new Error(usage);
  if (!(Number.isInteger(runs) && runs >= 1 && runs <= RUNS_MAX)) throw new Error(`--runs must be a whole number from 1 to ${RUNS_MAX}`);
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= WORKERS_MAX)) throw new Error(`--workers must be a whole number from 1 to ${WORKERS_MAX}`);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed must be a whole number, 0 or more');
  return { runs, seed, workers, json: values.json, trace: values.trace, mutations: values.mutations };
}

function progress(done: number, of: number, startedAt: number): void {
  if (!process.stderr.isTTY && done % 1000 !== 0 && done !== of) return;
  const width = 30;
  const filled = Math.round((done / of) * width);
  const seconds = (performance.now() - startedAt) / 1000;
  process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${'#'.repeat(filled)}${'.'.repeat(width - filled)} ${done}/${of} lives, ${(done / seconds).toFixed(1)}/s${process.stderr.isTTY && done !== of ? '' : '\n'}`);
}

const sum = (outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0);

function report(outcomes: readonly Outcome[], seconds: number): string {
  const broken = outcomes.filter(isBroken);
  const moves = sum(outcomes, ({ moves: of }) => of);
  const rest = outcomes.map(({ restMs }) => restMs).toSorted((a, b) => a - b);
  return [
    `${outcomes.length} lives in ${seconds.toFixed(1)} s: ${(outcomes.length / seconds).toFixed(1)} lives and ${(moves / seconds).toFixed(1)} moves of the active role per second`,
    `acknowledged ${sum(outcomes, (o) => o.acknowledged)} (${sum(outcomes, (o) => o.refunds)} refunds), sessions paid ${sum(outcomes, (o) => o.sessionsPaid)}, notices sent ${sum(outcomes, (o) => o.notices)}, charges left to the audit ${sum(outcomes, (o) => o.leftToAudit)}`,
    `at rest after trouble: ${((rest[Math.floor(rest.length / 2)] ?? 0) / 1000).toFixed(0)} s (median), ${((rest.at(-1) ?? 0) / 1000).toFixed(0)} s (longest), in simulated time`,
    `safety: ${broken.filter(({ safety }) => safety.length > 0).length} lives broken; liveness: ${broken.filter(({ liveness }) => liveness.length > 0).length} lives broken`,
    ...broken.slice(0, BROKEN_MAX).flatMap((outcome) => [`BROKEN: seed ${outcome.seed}, again with npm run simulate -- --trace --seed ${outcome.seed}`, ...[...outcome.safety, ...outcome.liveness].map((sentence) => `  ${sentence}`)]),
    '',
  ].join('\n');
}

const isBroken = ({ safety, liveness }: Outcome): boolean => safety.length + liveness.length > 0;

async function huntAll(): Promise<void> {
  process.stdout.write('runs  planted bug, and how it shows\n');
  for (const [i, mutation] of mutations.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1}/${mutations.length}\r`);
    const found = await hunt(mutation);
    if (!found) process.exitCode = 1;
    process.stdout.write(`${String(found?.runs ?? '-').padStart(4)}  ${mutation.name}: ${found?.sentence ?? `NOT FOUND in ${RUNS_TO_FIND_MAX} runs`}\n`);
  }
}

async function traced(seed: number): Promise<Outcome> {
  const outcome = await live({ seed, trace: true });
  process.stdout.write(outcome.trace);
  return { ...outcome, trace: '' };
}

async function main(): Promise<void> {
  const { runs, seed, workers, json, trace, mutations: isHunt } = readCommand();
  if (isHunt) return huntAll();
  const startedAt = performance.now();
  const outcomes = trace ? [await traced(seed)] : await liveMany({ runs, seed, workers }, (done) => progress(done, runs, startedAt));
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(report(outcomes, seconds));
  if (json) writeFileSync(json, `${JSON.stringify({ seconds, outcomes }, null, 2)}\n`);
  process.exitCode = outcomes.some(isBroken) ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
