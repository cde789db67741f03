// What a month costs on AWS, from the price table of the infrastructure: computed, not measured.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench, Benchmark, Figure, Findings } from '../benchmark.ts';

const MILLION = 1_000_000;

interface Line {
  readonly what: string;
  readonly dollars: number;
}

/** The lines of `understudy cost`; the last is their sum. */
async function monthOf(payments: number): Promise<{ readonly lines: readonly Line[]; readonly total: number }> {
  const command = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', command, 'cost', '--payments', String(payments)], { cwd: root });
  const lines = [...stdout.matchAll(/^ *(\d+\.\d\d) {2}(.+)$/gm)].map(([, dollars, what]): Line => ({ what: what ?? '', dollars: Number(dollars) }));
  const total = lines.pop();
  if (total === undefined || !total.what.startsWith('US dollars')) throw new Error(`the cost of ${payments} payments has no sum`);
  return { lines, total: total.dollars };
}

export const benchmark: Benchmark = {
  name: 'cost',
  about: 'dollars a month on AWS at list prices, with the configuration for trying things out',
  async run(_bench: Bench): Promise<Partial<Findings>> {
    const [idle, million, hundred] = [await monthOf(0), await monthOf(MILLION), await monthOf(100 * MILLION)];
    const moved = million.lines.filter(({ dollars }, i) => dollars !== idle.lines[i]?.dollars);
    const share = (month: typeof million, what: string): number => (month.lines.find((line) => line.what === what)?.dollars ?? 0) - (idle.lines.find((line) => line.what === what)?.dollars ?? 0);
    const figures: Figure[] = [
      { what: 'idle: nothing is paid, everything stands by', value: idle.total, unit: '$ a month' },
      ...idle.lines.filter(({ dollars }) => dollars > 0).map(({ what, dollars }): Figure => ({ what: `idle: ${what}`, value: dollars, unit: '$ a month' })),
      { what: 'a million payments, at 1 million a month', value: million.total - idle.total, unit: '$ beside the idle month' },
      { what: 'a million payments, at 100 million a month', value: (hundred.total - idle.total) / 100, unit: '$ beside the idle month' },
      ...moved.map(({ what }): Figure => ({ what: `of a million payments: ${what}`, value: share(million, what), unit: '$' })),
      { what: 'in all, at 1 million a month', value: million.total, unit: '$ a month' },
      { what: 'in all, at 100 million a month', value: hundred.total, unit: '$ a month' },
    ];
    return {
      figures,
      notes: [
        'The specifications estimated 50 to 60 $ (one of them) and 375 $ (another) a month at a million payments. Neither counts a ledger in a second region that always runs, nor NAT gateways: they are three quarters of the idle month here.',
        'What is assumed for each payment, and what is not counted, stands in packages/infra/src/cost.ts. At 100 million a month the ledger needs more than its least capacity: that is not counted either.',
      ],
    };
  },
};
