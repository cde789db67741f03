// What somebody waits for whose request meets a function that is not running yet; and how large each function is, and how
// long it takes to import.
import { stat } from 'node:fs/promises';
import type { Bench, Benchmark, Figure, Findings, Goal } from '../benchmark.ts';
import { spreadOf } from '../measure/statistics.ts';
import type { Contender } from '../measure/compare.ts';
import { acceptEnvironment, baselineBundle, ourBundles } from '../stage/bundles.ts';
import type { Bundles } from '../stage/bundles.ts';
import { bareStart, firstAcknowledgedMs, importMs, nodeStart, pythonStart, pythonWithBoto3 } from '../stage/cold.ts';
import type { ColdStart } from '../stage/cold.ts';
import { startJournal, startQueue } from '../stage/stand-ins.ts';

/** The floor, not a rival: no goal is set against it. */
const BARE = 'Node and its HTTPS client alone';
const BUNDLE_KB_MAX = 300;
/** A start varies more than the mean of many calls does: each round is a median of its own. */
const STARTS = { quick: 3, full: 7 } as const;
const IMPORTS = { quick: 1, full: 3 } as const;

export const benchmark: Benchmark = {
  name: 'cold-start',
  about: 'from the start of a process to its first acknowledged payment',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const [journal, queue, bundles] = [await startJournal(bench), await startQueue(bench), await ourBundles(bench)];
    const environment = acceptEnvironment(journal.endpoint, queue);
    const naive = await baselineBundle(bench, 'naive-accept');
    const python = await pythonWithBoto3();
    const comparison = await bench.compare({
      what: 'first payment of a process', unit: 'ms', better: 'lower',
      ours: starting(bench, 'accept', nodeStart(bundles.accept, environment)),
      baselines: [
        starting(bench, 'full SDK, Powertools x3, zod', nodeStart(naive, environment)),
        ...(python === undefined ? [] : [starting(bench, 'Python, boto3', pythonStart(environment, python))]),
        starting(bench, BARE, bareStart),
      ],
    });
    const figures = await sizesOf(bench, bundles);
    const largest = figures.filter(({ unit }) => unit === 'KB').reduce((most, { value }) => Math.max(most, value), 0);
    return {
      comparisons: [comparison],
      figures: [...figures, { what: 'bundle of the naive baseline', value: (await stat(naive)).size / 1000, unit: 'KB' }],
      goals: [
        ...comparison.baselines.filter(({ name }) => name !== BARE).map(({ name, ratio }): Goal => ({ what: `first payment, to ${name}`, figure: ratio.median, unit: 'x', bound: 'at most', limit: 0.4 })),
        { what: 'the largest bundle', figure: largest, unit: 'KB', bound: 'at most', limit: BUNDLE_KB_MAX },
      ],
      notes: [
        'The start of Node itself is in all figures of the first table and in none of the imports. Node and its HTTPS client alone are what any function pays that asks AWS for something; the stand-ins are asked without TLS.',
        ...(python === undefined ? ['Python was left out: no python3 here has boto3 (on Debian: apt-get install python3-boto3).'] : []),
      ],
    };
  },
};

function starting({ quick }: Bench, name: string, start: ColdStart): Contender {
  const starts = quick ? STARTS.quick : STARTS.full;
  return {
    name,
    measure: async (round) => {
      const times: number[] = [];
      for (let n = 0; n < starts; n += 1) times.push(await firstAcknowledgedMs(start, `cold-${round}-${n}`));
      return spreadOf(times).median;
    },
  };
}

async function sizesOf({ quick, say }: Bench, bundles: Bundles): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [name, path] of Object.entries(bundles)) {
    say(`importing ${name}`);
    const times: number[] = [];
    for (let n = 0; n < (quick ? IMPORTS.quick : IMPORTS.full); n += 1) times.push(await importMs(path));
    figures.push({ what: `${name}: bundle`, value: (await stat(path)).size / 1000, unit: 'KB' }, { what: `${name}: import`, value: spreadOf(times).median, unit: 'ms' });
  }
  return figures;
}
