// How many payments a second the step of settling that writes the books posts: payment, postings, outbox and entry under
// the fence, in batches as the queue delivers them, with an asynchronous standby attached.
import { PostgresLedger } from '@understudy/adapters/postgres';
import { epochOf } from '@understudy/core';
import { CREATE_BARE_TABLES, postRaw } from '../baselines/raw-posting.ts';
import type { Bench, Benchmark, Findings } from '../benchmark.ts';
import { batchOf } from '../stage/payments.ts';
import { startLedger } from '../stage/stand-ins.ts';
import type { LedgerStandIn } from '../stage/stand-ins.ts';

/** As the event source hands messages over; a replay takes 25. */
export const BATCH = 10;
const POSTERS = 4;
const PAYMENTS = { quick: 4000, full: 12_000 } as const;

/** Payments a second when `post` is called by four at once. */
export async function posting(total: number, prefix: string, post: (payments: ReturnType<typeof batchOf>) => Promise<unknown>): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: POSTERS }, async () => {
    for (let from = next; from < total; from = next) {
      next += BATCH;
      await post(batchOf(prefix, from, BATCH));
    }
  }));
  return (total * 1000) / (performance.now() - startedAt);
}

export async function postOurs({ pool }: LedgerStandIn, total: number, prefix: string): Promise<number> {
  const ledger = new PostgresLedger(pool);
  return posting(total, prefix, async (payments) => {
    const result = await ledger.post(epochOf(1), payments);
    if (result.code !== 'posted' || result.inserted.size !== payments.length) throw new Error(`not posted: ${result.code}`);
  });
}

export const benchmark: Benchmark = {
  name: 'post',
  about: 'payments a second into the books, in batches of ten from four connections, a standby attached',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const ledger = await startLedger(bench);
    const total = bench.quick ? PAYMENTS.quick : PAYMENTS.full;
    await ledger.raw.query(CREATE_BARE_TABLES);
    const comparison = await bench.compare({
      what: 'posting', unit: 'payments/s', better: 'higher',
      ours: { name: 'the ledger step', measure: (round) => postOurs(ledger, total, `ours${round}`) },
      baselines: [
        { name: 'raw SQL, the same tables', measure: (round) => posting(total, `raw${round}`, (payments) => postRaw(ledger.raw, payments, 'guarded')) },
        { name: 'raw SQL, tables without guards', measure: (round) => posting(total, `bare${round}`, (payments) => postRaw(ledger.raw, payments, 'bare')) },
      ],
    });
    const [guarded, bare] = comparison.baselines;
    return {
      comparisons: [comparison],
      goals: [
        { what: 'posting, to raw SQL into the same tables', figure: guarded?.ratio.median ?? Number.NaN, unit: 'x', bound: 'at least', limit: 0.8 },
        { what: 'posting, to raw SQL into tables without guards', figure: bare?.ratio.median ?? Number.NaN, unit: 'x', bound: 'at least', limit: 0.8 },
      ],
      notes: ['The guards are triggers that check each row of the books, whoever writes it. Tables without them are no baseline for what we want, but they show what the guards cost.'],
    };
  },
};
