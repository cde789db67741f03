// How many lives of the two regions, and moves of the active role in them, one processor simulates in a second.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { live } from '@understudy/simulation';
import type { Bench, Benchmark, Findings } from '../benchmark.ts';

const LIVES = { quick: 20, full: 100 } as const;

async function livesPerSecond(count: number, seed: number, moves: number[]): Promise<number> {
  const startedAt = performance.now();
  let moved = 0;
  for (let n = 0; n < count; n += 1) moved += (await live({ seed: seed + n })).moves;
  const seconds = (performance.now() - startedAt) / 1000;
  moves.push(moved / seconds);
  return count / seconds;
}

/** A model of the protocol alone, in one file, which takes a mode, a number of runs and a seed. */
const model = process.env['PROTOCOL_MODEL'];
const MODEL_RUNS = 500;

async function modelRunsPerSecond(file: string, round: number): Promise<number> {
  const startedAt = performance.now();
  await promisify(execFile)(process.execPath, [file, 'fixed', String(MODEL_RUNS), String(1 + round * MODEL_RUNS)]);
  return (MODEL_RUNS * 1000) / (performance.now() - startedAt);
}

export const benchmark: Benchmark = {
  name: 'simulate',
  about: 'lives of both regions that one processor simulates in a second, moves, faults and checks included',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const moves: number[] = [];
    const count = bench.quick ? LIVES.quick : LIVES.full;
    const comparison = await bench.compare({
      what: 'simulated lives', unit: 'lives/s', better: 'higher',
      ours: { name: 'simulator', measure: (round) => livesPerSecond(count, 1 + round * count, moves) },
      baselines: model === undefined ? [] : [{ name: 'model of the protocol alone', measure: (round) => modelRunsPerSecond(model, round) }],
    });
    return {
      comparisons: [comparison],
      figures: [{ what: 'moves of the active role', value: moves.slice(1).reduce((sum, value) => sum + value, 0) / Math.max(1, moves.length - 1), unit: 'a second' }],
      notes: ['A life runs the service\'s own code, with sessions, refunds and notices, and checks every promise at its end. PROTOCOL_MODEL=FILE measures another simulator beside it.'],
    };
  },
};
