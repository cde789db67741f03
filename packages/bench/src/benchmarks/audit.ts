// How fast the audit compares the three records, and how much memory it takes for it. The records are generated: what is
// measured is putting them aside and comparing them, as the baseline sorts and compares lists that are written already.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { startChild } from '@understudy/twin';
import type { Bench, Benchmark, Findings } from '../benchmark.ts';
import { idOf } from '../stage/payments.ts';

const SIZES = { quick: { compared: 50_000, grown: 200_000 }, full: { compared: 200_000, grown: 1_000_000 } } as const;

interface Audited {
  readonly perSecond: number;
  readonly residentMaxMb: number;
}

async function auditOurs({ folder }: Bench, payments: number): Promise<Audited> {
  const spool = join(folder, 'spool');
  await mkdir(spool);
  const child = await startChild({ entry: new URL('../stage/audit.process.ts', import.meta.url), configuration: { payments, folder: spool }, logFile: join(folder, 'audit.log') });
  await rm(spool, { recursive: true });
  return { perSecond: payments / Number(child.ready['seconds']), residentMaxMb: Number(child.ready['residentMaxMb']) };
}

const LINES_AT_ONCE = 1000;

/** One line a payment, with what is compared; each list in an order of its own. */
async function writeList(path: string, payments: number, step: number): Promise<void> {
  const out = createWriteStream(path);
  for (let from = 0; from < payments; from += LINES_AT_ONCE) {
    const lines = Array.from({ length: Math.min(LINES_AT_ONCE, payments - from) }, (_, i) => {
      const n = ((from + i) * step) % payments;
      return `m1#${idOf('audit', n)} ${1 + (n % 1_500_000)} USD processed ref-${n}\n`;
    });
    if (!out.write(lines.join(''))) await once(out, 'drain');
  }
  await finished(out.end());
}

const SORT_AND_COMPARE = 'set -e; for n in 1 2 3; do sort -o sorted$n list$n; done; comm -3 sorted1 sorted2 > differ; comm -3 sorted2 sorted3 >> differ; test ! -s differ';

async function sortAndCompare(folder: string, payments: number): Promise<number> {
  const startedAt = performance.now();
  await promisify(execFile)('/bin/sh', ['-c', SORT_AND_COMPARE], { cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C', TMPDIR: folder } });
  return (payments * 1000) / (performance.now() - startedAt);
}

export const benchmark: Benchmark = {
  name: 'audit',
  about: 'payments a second compared in journal, ledger and acquirer, and the memory that takes',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const { compared, grown } = bench.quick ? SIZES.quick : SIZES.full;
    bench.say('writing the lists of the baseline');
    for (const [i, step] of [1, 7919, 104_729].entries()) await writeList(join(bench.folder, `list${i + 1}`), compared, step);
    const memory: number[] = [];
    const comparison = await bench.compare({
      what: `auditing ${compared}`, unit: 'payments/s', better: 'higher', warmUp: false,
      ours: {
        name: 'audit',
        measure: async () => {
          const { perSecond, residentMaxMb } = await auditOurs(bench, compared);
          memory.push(residentMaxMb);
          return perSecond;
        },
      },
      baselines: [{ name: 'sort and comm', measure: () => sortAndCompare(bench.folder, compared) }],
    });
    bench.say(`auditing ${grown}`);
    const large = await auditOurs(bench, grown);
    return {
      comparisons: [comparison],
      figures: [
        { what: `auditing ${grown}`, value: large.perSecond, unit: 'payments/s' },
        { what: `most memory, ${compared} payments`, value: Math.max(...memory), unit: 'MB' },
        { what: `most memory, ${grown} payments`, value: large.residentMaxMb, unit: 'MB' },
      ],
      goals: [
        { what: 'auditing, to sort and comm', figure: comparison.baselines[0]?.ratio.median ?? Number.NaN, unit: 'x', bound: 'at least', limit: 0.5 },
        { what: `most memory, ${grown} payments`, figure: large.residentMaxMb, unit: 'MB', bound: 'at most', limit: 400 },
      ],
      notes: ['sort uses both processors and compares whole lines; the audit uses one, adds sums up by currency and outcome, and says what differs. Reading the records over the network is in neither. All payments agree, as nearly all do; one that has to be judged by its entries, such as a declined one, takes some six times as long.'],
    };
  },
};
