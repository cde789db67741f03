// What accepting one payment costs the function's own processor, warm: the deployed bundle against the journal's and the
// queue's stand-ins, which run elsewhere and are not counted.
import { join } from 'node:path';
import type { Bench, Benchmark, Figure, Findings } from '../benchmark.ts';
import { spreadOf } from '../measure/statistics.ts';
import { drawFlames } from '../stage/flames.ts';
import { acceptEnvironment, baselineBundle, ourBundles } from '../stage/bundles.ts';
import { startFunction } from '../stage/function-process.ts';
import { startJournal, startQueue } from '../stage/stand-ins.ts';

/** Enough for the compiler to have seen everything. */
const WARM_CALLS = 300;
const CALLS = { quick: 300, full: 1500 } as const;

export const benchmark: Benchmark = {
  name: 'accept-cpu',
  about: 'processor time of the function for one accepted payment, warm, its hint included',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const [journal, queue, bundles] = [await startJournal(bench), await startQueue(bench), await ourBundles(bench)];
    const environment = acceptEnvironment(journal.endpoint, queue);
    const calls = bench.quick ? CALLS.quick : CALLS.full;
    const ownOf: [string, number[]][] = [];
    const contender = async (name: string, bundle: string) => {
      const file = name.replaceAll(/\W+/g, '-');
      const warm = await startFunction(bench, { name: file, bundle, environment });
      await warm.call(WARM_CALLS, `warm-${name}`);
      if (bench.flames !== undefined) await drawFlames({ warm, bundle, title: name, calls, svgFile: join(bench.flames, `${file}.svg`) });
      const own: number[] = [];
      ownOf.push([name, own]);
      return {
        name,
        measure: async (round: number) => {
          const { cpuMs, userMs } = await warm.call(calls, `${name.length}-${round}`);
          own.push(userMs / calls);
          return cpuMs / calls;
        },
      };
    };
    const comparison = await bench.compare({
      what: 'accepting one payment', unit: 'ms of processor', better: 'lower', warmUp: false,
      ours: await contender('accept', bundles.accept),
      baselines: [await contender('Powertools idempotency, put, send', await baselineBundle(bench, 'powertools-accept'))],
    });
    return {
      comparisons: [comparison],
      figures: ownOf.map(([name, own]): Figure => ({ what: `${name}: without the kernel's part`, value: spreadOf(own).median, unit: 'ms of processor' })),
      goals: [{ what: 'accepting, to Powertools', figure: comparison.baselines[0]?.ratio.median ?? Number.NaN, unit: 'x', bound: 'at most', limit: 0.4 }],
      notes: [
        'Ours makes one conditional put and one send and reads the epoch record every five seconds. Powertools makes two calls more, for its own record, and checks less of the request.',
        'The processor of the specifications, in Python, took 2.6 ms when it was measured once on a machine like this one; that figure is quoted, not of this run.',
      ],
    };
  },
};
