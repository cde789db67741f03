// A payment's whole way on this machine: HTTP, journal, queue, acquirer, decision, ledger, confirmation by the standby;
// beside what the journal's stand-in manages when it is asked for nothing but the same four writes.
import { DynamoJournal } from '@understudy/adapters/dynamodb';
import { systemRandom } from '@understudy/adapters/system';
import { epochOf } from '@understudy/core';
import { DnsSender, residentMegabytes, RunningTwin } from '@understudy/twin';
import type { Bench, Benchmark, Figure, Findings } from '../benchmark.ts';
import { percentile, spreadOf } from '../measure/statistics.ts';
import { decidedAt, keyAt } from '../stage/payments.ts';
import { startJournal } from '../stage/stand-ins.ts';
import { processorMs, sendAll, sendSteadily, untilConfirmed } from '../stage/twin-load.ts';

/** Enough that the end, in which the last ones wait for the standby's next look, is a small part. */
const PAYMENTS = { quick: 600, full: 3000 } as const;
/** Enough to keep every part busy, few enough not to be throttled. */
const AT_ONCE = 32;
const STEADY = { perSecond: 50, seconds: { quick: 3, full: 10 } } as const;

interface Course {
  readonly perSecond: number;
  /** Calls that were made again, for each payment: throttled, or too late. */
  readonly repeated: number;
  readonly steadyMs: readonly number[];
  readonly processorMsEach: Readonly<Record<string, number>>;
  readonly memoryMb: number;
}

async function throughTwin({ quick }: Bench, round: number): Promise<Course> {
  const total = quick ? PAYMENTS.quick : PAYMENTS.full;
  const twin = await RunningTwin.start();
  const payer = new DnsSender(twin.urls.api, twin.urls.apiKey);
  try {
    await sendAll(payer, { prefix: `warm-${round}`, total: 200, atOnce: 8 });
    await untilConfirmed(twin);
    const steady = sendSteadily(payer, { prefix: `steady-${round}`, perSecond: STEADY.perSecond });
    await new Promise((resolve) => setTimeout(resolve, STEADY.seconds[quick ? 'quick' : 'full'] * 1000));
    const { latenciesMs: steadyMs } = await steady.end();
    await untilConfirmed(twin);
    const [before, startedAt] = [await processorMs(twin), performance.now()];
    const { failed } = await sendAll(payer, { prefix: `full-${round}`, total, atOnce: AT_ONCE });
    await untilConfirmed(twin);
    const perSecond = (total * 1000) / (performance.now() - startedAt);
    const after = await processorMs(twin);
    const memoryMb = residentMegabytes(await twin.processes())['total'] ?? Number.NaN;
    return { perSecond, repeated: failed / total, steadyMs, memoryMb, processorMsEach: Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / total])) };
  } finally {
    payer.close();
    await twin.stop();
  }
}

async function fourWrites(bench: Bench, round: number): Promise<number> {
  const total = bench.quick ? PAYMENTS.quick : PAYMENTS.full;
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const { connection } = await startJournal({ folder: bench.folder, after: (end) => void ends.push(end) }, { name: `table-${round}` });
    const journal = new DynamoJournal(connection, systemRandom);
    let next = 0;
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let n = next++; n < total; n = next++) {
        const key = keyAt(`four-${round}`, n);
        const { acceptance, decision } = decidedAt(key, n);
        await journal.accept(key, acceptance);
        await journal.decide(key, decision);
        await journal.markPosted(key, { epoch: epochOf(1), at: acceptance.acceptedAt, region: 'us-east-1', acceptedAt: acceptance.acceptedAt });
        if (!(await journal.confirm(key, epochOf(1)))) throw new Error('not confirmed');
      }
    }));
    return (total * 1000) / (performance.now() - startedAt);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

export const benchmark: Benchmark = {
  name: 'end-to-end',
  about: 'payments a second from the request to the standby\'s confirmation, everything on this machine',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const courses: Course[] = [];
    const comparison = await bench.compare({
      what: 'whole way', unit: 'payments/s', better: 'higher', warmUp: false,
      ours: {
        name: 'twin',
        measure: async (round) => {
          const course = await throughTwin(bench, round);
          courses.push(course);
          return course.perSecond;
        },
      },
      baselines: [{ name: 'the journal\'s stand-in, four writes', measure: (round) => fourWrites(bench, round) }],
    });
    const steady = courses.flatMap((course) => course.steadyMs);
    const parts = Object.keys(courses[0]?.processorMsEach ?? {});
    return {
      comparisons: [comparison],
      figures: [
        { what: `acknowledgement at ${STEADY.perSecond} payments/s, half of all`, value: percentile(steady, 0.5), unit: 'ms' },
        { what: `acknowledgement at ${STEADY.perSecond} payments/s, 99 of 100`, value: percentile(steady, 0.99), unit: 'ms' },
        { what: 'calls made again at full load', value: spreadOf(courses.map((course) => course.repeated)).median, unit: 'a payment' },
        ...parts.map((name): Figure => ({ what: `processor: ${name}`, value: spreadOf(courses.map((course) => course.processorMsEach[name] ?? 0)).median, unit: 'ms a payment' })),
        { what: 'memory of the twin, full of payments', value: spreadOf(courses.map((course) => course.memoryMb)).median, unit: 'MB' },
      ],
      goals: [{ what: 'the whole way, to four writes of the stand-in', figure: comparison.baselines[0]?.ratio.median ?? Number.NaN, unit: 'x', bound: 'at least', limit: 0.7 }],
      notes: [
        `Two regions, two databases, the table, the acquirer, the switchboard and the load share the processors; ${AT_ONCE} requests are under way at once. The four writes have them to themselves.`,
        'Processor time is of each process with all that it started. us-east-1 settles, us-east-2 confirms.',
      ],
    };
  },
};
