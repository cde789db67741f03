// How far the simulator comes on one processor in a second. It is compared with a model of the protocol by what both do in
// their lives, steps and moves, for a life and a run of the model are not of one length.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { live } from '@understudy/simulation';
import type { Comparison } from '../measure/compare.ts';
import type { Bench, Benchmark, Figure, Findings } from '../benchmark.ts';

const LIVES = { quick: 20, full: 100 } as const;

interface Lived {
  readonly lives: number;
  readonly steps: number;
  readonly moves: number;
  readonly acknowledged: number;
  readonly seconds: number;
}

async function liveMany(lives: number, seed: number): Promise<Lived> {
  const startedAt = performance.now();
  let [steps, moves, acknowledged] = [0, 0, 0];
  for (let n = 0; n < lives; n += 1) {
    const outcome = await live({ seed: seed + n });
    [steps, moves, acknowledged] = [steps + outcome.steps, moves + outcome.moves, acknowledged + outcome.acknowledged];
  }
  return { lives, steps, moves, acknowledged, seconds: (performance.now() - startedAt) / 1000 };
}

/** A model of the protocol alone, in one file, which takes a mode, a number of runs and a seed. */
const model = process.env['PROTOCOL_MODEL'];
const MODEL_RUNS = 1000;

/**
 * The length of one run, which the model does not say: counted in a copy of it, 2,000 runs of mode `fixed` from seed 7. A
 * step is a resumption that acts, or ends a sleep; 5,820 more look at somebody who sleeps on, and nothing can come of them.
 */
const MODEL_RUN = { steps: 3930, moves: 1.587 } as const;

async function modelRunsPerSecond(file: string, round: number): Promise<number> {
  const startedAt = performance.now();
  await promisify(execFile)(process.execPath, [file, 'fixed', String(MODEL_RUNS), String(1 + round * MODEL_RUNS)]);
  return (MODEL_RUNS * 1000) / (performance.now() - startedAt);
}

function figuresOf(rounds: readonly Lived[]): readonly Figure[] {
  const sum = (of: keyof Lived): number => rounds.reduce((total, round) => total + round[of], 0);
  return [
    { what: 'lives', value: sum('lives') / sum('seconds'), unit: 'a second' },
    { what: 'steps', value: sum('steps') / sum('lives'), unit: 'a life' },
    { what: 'moves of the active role', value: sum('moves') / sum('lives'), unit: 'a life' },
    { what: 'payments and refunds acknowledged', value: sum('acknowledged') / sum('lives'), unit: 'a life' },
  ];
}

export const benchmark: Benchmark = {
  name: 'simulate',
  about: 'steps and moves of the active role that one processor simulates in a second, faults and checks included',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const rounds: Lived[] = [];
    const count = bench.quick ? LIVES.quick : LIVES.full;
    const compare = (what: string, of: keyof typeof MODEL_RUN): Promise<Comparison> => bench.compare({
      what, unit: `${of}/s`, better: 'higher',
      ours: { name: 'simulator', measure: async (round) => {
        const lived = await liveMany(count, 1 + round * count);
        if (round > 0) rounds.push(lived);
        return lived[of] / lived.seconds;
      } },
      baselines: model === undefined ? [] : [{ name: 'model of the protocol alone', measure: async (round) => MODEL_RUN[of] * (await modelRunsPerSecond(model, round)) }],
    });
    return {
      comparisons: [await compare('simulated steps', 'steps'), await compare('simulated moves of the active role', 'moves')],
      figures: figuresOf(rounds),
      notes: [
        'At each step one of those who may go on is chosen, so anybody may come between two steps of anybody else. A call of a port is two: before it is done, and before its answer arrives.',
        'A life runs the service\'s own code, with sessions, refunds and notices, and checks every promise at its end. PROTOCOL_MODEL=FILE measures a model of the protocol beside it, whose steps are a few lines each.',
      ],
    };
  },
};
