// How long somebody waits who starts the twin, runs the tests, or synthesises the deployment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunningTwin } from '@understudy/twin';
import type { Bench, Benchmark, Findings, Goal } from '../benchmark.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

async function commandS(name: string, args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn('npm', ['run', '--silent', name, ...args], { cwd: root, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`npm run ${name} ended with ${code}`);
  return (performance.now() - startedAt) / 1000;
}

async function twinS(dataDir: string): Promise<number> {
  const twin = await RunningTwin.start({ dataDir });
  await twin.stop();
  return twin.startMs / 1000;
}

export const benchmark: Benchmark = {
  name: 'start-up',
  about: 'until the twin is ready, the templates are written, the tests have passed',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const alone = (what: string, measure: (round: number) => Promise<number>, rounds?: number) =>
      bench.compare({ what, unit: 's', better: 'lower', warmUp: false, ours: { name: 'understudy', measure }, baselines: [], ...(rounds !== undefined && { rounds }) });
    // Bundles are kept from one start to the next, as they are for whoever starts it again: the first round makes them.
    const fresh = await alone('npm start, everything new', (round) => twinS(join(bench.folder, `fresh-${round}`)));
    const again = await alone('npm start, on what is there', () => twinS(join(bench.folder, 'fresh-1')));
    const synth = await alone('npm run synth', () => commandS('synth', ['--', '--out', join(bench.folder, 'cdk.out')]), bench.quick ? 1 : 2);
    const tests = bench.quick ? [] : [await alone('npm test', () => commandS('test', []), 1)];
    const goal = (what: string, figure: number, limit: number): Goal => ({ what, figure, unit: 's', bound: 'at most', limit });
    return {
      comparisons: [fresh, again, synth, ...tests],
      goals: [goal('npm start, everything new', fresh.ours.median, 8), goal('npm run synth', synth.ours.median, 15), ...tests.map(({ ours }) => goal('npm test', ours.median, 120))],
      notes: bench.quick ? ['npm test is measured in the whole run only.'] : [],
    };
  },
};
