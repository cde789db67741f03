/**
 * Measures ours and its baselines in turn, A B A B, so that whatever the machine does it does to all of them. A round is
 * one measurement of each; a round during which somebody else used the machine is discarded, counted, and made again.
 * Invariant: ratios are taken within a round and only then summed up; no measurement of a kept round is left out.
 */
import { foreignShare, readCpu } from './cpu.ts';
import { spreadOf } from './statistics.ts';
import type { Spread } from './statistics.ts';

export interface Contender {
  readonly name: string;
  /** One figure, in the unit of the comparison. `round` is 0 for the warm-up and never comes twice. */
  readonly measure: (round: number) => Promise<number>;
}

export interface Contest {
  readonly what: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly ours: Contender;
  readonly baselines: readonly Contender[];
  /** Left out where the first measurement is as good as any, such as of a process that starts. */
  readonly warmUp?: boolean;
  /** Instead of the run's. */
  readonly rounds?: number;
  /** Processes are killed in it: what they used is nobody's afterwards and looks like somebody else's, so no round is discarded for it. */
  readonly kills?: boolean;
}

export interface Measured extends Spread {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Comparison {
  readonly what: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly ours: Measured;
  readonly baselines: readonly (Measured & { /** Ours to it. */ readonly ratio: Spread })[];
  readonly rounds: number;
  readonly discarded: number;
  /** Rounds that were kept although others used the machine, because it would not become quiet. */
  readonly noisy: number;
}

/** Above this, a tenth of the machine, a round is discarded: timers, interrupts and disk flushes stay well below. */
export const FOREIGN_SHARE_MAX = 0.1;
/** After as many discarded rounds as were wanted, the machine will not become quiet: what it gives is taken and said. */
const discardedMax = (rounds: number): number => rounds;

export interface CompareOptions {
  readonly rounds: number;
  readonly say: (sentence: string) => void;
  /** In tests. */
  readonly read?: typeof readCpu;
}

export async function compare(contest: Contest, options: CompareOptions): Promise<Comparison> {
  const { say, read = readCpu } = options;
  const rounds = contest.rounds ?? options.rounds;
  const contenders = [contest.ours, ...contest.baselines];
  const kept: number[][] = [];
  let [discarded, noisy, made] = [0, 0, 0];
  if (contest.warmUp !== false) for (const contender of contenders) await contender.measure(0);
  while (kept.length < rounds) {
    made += 1;
    const values: number[] = [];
    let foreign = 0;
    for (const contender of contenders) {
      const before = read();
      values.push(await contender.measure(made));
      foreign = Math.max(foreign, foreignShare(before, read()) ?? 0);
    }
    const isNoisy = foreign > FOREIGN_SHARE_MAX && contest.kills !== true;
    const isDiscarded = isNoisy && discarded < discardedMax(rounds);
    say(`${contest.what}, round ${kept.length + 1} of ${rounds}: ${contenders.map(({ name }, i) => `${name} ${shown(values[i] ?? Number.NaN)}`).join(', ')} ${contest.unit}${isDiscarded ? `; discarded, others used ${Math.round(foreign * 100)} % of the machine` : ''}`);
    if (isDiscarded) {
      discarded += 1;
      continue;
    }
    if (isNoisy) noisy += 1;
    kept.push(values);
  }
  const column = (i: number): readonly number[] => kept.map((values) => values[i] ?? Number.NaN);
  const measured = contenders.map(({ name }, i): Measured => ({ name, values: column(i), ...spreadOf(column(i)) }));
  const ratios = contenders.map((_, i) => spreadOf(kept.map((values) => (values[0] ?? Number.NaN) / (values[i] ?? Number.NaN))));
  const [ours = { name: '', values: [], ...spreadOf([]) }, ...baselines] = measured;
  return { what: contest.what, unit: contest.unit, better: contest.better, ours, baselines: baselines.map((baseline, i) => ({ ...baseline, ratio: ratios[i + 1] ?? spreadOf([]) })), rounds, discarded, noisy };
}

/** Three digits that mean something, and no more. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
