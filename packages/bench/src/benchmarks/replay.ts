// How fast a backlog that nobody has posted gets into the books, and whether a long one takes longer for each payment:
// passes of reconcile as a move makes them, over work that is read page by page.
import { PostgresLedger } from '@understudy/adapters/postgres';
import { reconcile } from '@understudy/core';
import type { Bench, Benchmark, Findings } from '../benchmark.ts';
import { GeneratedJournal } from '../stage/generated-journal.ts';
import { settlingPorts } from '../stage/settling.ts';
import { startLedger } from '../stage/stand-ins.ts';
import type { LedgerStandIn } from '../stage/stand-ins.ts';
import { postOurs } from './post.ts';

/** The deployment's own. */
const POLICY = { graceMs: 0, settleMax: 500 } as const;
const SIZES = { quick: [1000, 10_000], full: [10_000, 100_000], large: [10_000, 100_000, 1_000_000] } as const;
const COMPARED = { quick: 3000, full: 10_000 } as const;

interface Replayed {
  readonly perSecond: number;
  /** How much more memory this process held at the most than when it began. */
  readonly grownMb: number;
}

async function replay({ pool }: LedgerStandIn, size: number, options: { readonly prefix: string; readonly say?: (sentence: string) => void }): Promise<Replayed> {
  const journal = new GeneratedJournal(options.prefix, size);
  const ports = settlingPorts({ journal, workIndex: journal, ledger: new PostgresLedger(pool) });
  const [startedAt, before] = [performance.now(), process.memoryUsage.rss()];
  let [most, told] = [before, 0];
  for (;;) {
    const pass = await reconcile(ports, POLICY);
    most = Math.max(most, process.memoryUsage.rss());
    if (pass.code !== 'walked') throw new Error(`the replay is ${pass.code}`);
    if (pass.backlog + pass.waiting === 0) break;
    if (pass.settled === 0) throw new Error('a pass settled nothing');
    if (journal.marked >= told + size / 10) options.say?.(`${(told = journal.marked)} of ${size}`);
  }
  if (journal.marked !== size) throw new Error(`${size - journal.marked} payments were forgotten`);
  return { perSecond: (size * 1000) / (performance.now() - startedAt), grownMb: (most - before) / 2 ** 20 };
}

export const benchmark: Benchmark = {
  name: 'replay',
  about: 'payments a second from an unposted backlog into the books, and how that changes with its length',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const ledger = await startLedger(bench);
    const compared = bench.quick ? COMPARED.quick : COMPARED.full;
    const comparison = await bench.compare({
      what: `replay of ${compared}`, unit: 'payments/s', better: 'higher',
      ours: { name: 'reconcile', measure: async (round) => (await replay(ledger, compared, { prefix: `replay${round}` })).perSecond },
      baselines: [{ name: 'the ledger step alone', measure: (round) => postOurs(ledger, compared, `post${round}`) }],
    });
    const points: [number, Replayed][] = [];
    for (const size of SIZES[bench.large ? 'large' : bench.quick ? 'quick' : 'full']) {
      points.push([size, await replay(ledger, size, { prefix: `size${size}`, say: bench.say })]);
    }
    const perPaymentMs = (replayed: Replayed): number => 1000 / replayed.perSecond;
    const [first, last] = [points[0]?.[1], points.at(-1)?.[1]];
    return {
      comparisons: [comparison],
      series: [{ what: 'replay, by the length of the backlog', size: 'payments in the backlog', unit: 'ms a payment', lines: [{ name: 'reconcile', points: points.map(([size, replayed]): [number, number] => [size, perPaymentMs(replayed)]) }] }],
      figures: points.map(([size, { grownMb }]) => ({ what: `memory, backlog of ${size}`, value: grownMb, unit: 'MB more than before' })),
      goals: [
        { what: 'replay, to posting', figure: comparison.baselines[0]?.ratio.median ?? Number.NaN, unit: 'x', bound: 'at least', limit: 0.5 },
        { what: 'time a payment, the longest backlog to the shortest', figure: first && last ? perPaymentMs(last) / perPaymentMs(first) : Number.NaN, unit: 'x', bound: 'at most', limit: 1.25 },
        { what: 'memory beside the backlog, the longest', figure: last?.grownMb ?? Number.NaN, unit: 'MB', bound: 'at most', limit: 100 },
      ],
      notes: ['The journal is generated, so that a million payments can be walked: what is measured is our code and the ledger. On AWS each payment takes a read and two writes of the journal more, twenty at a time.'],
    };
  },
};
