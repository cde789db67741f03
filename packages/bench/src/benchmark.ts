// What a benchmark is, what it is given, and what it finds. One file of benchmarks/ each.
import type { Comparison, Contest } from './measure/compare.ts';

export interface Bench {
  /** A few minutes for everything instead of a quarter of an hour: smaller sizes, fewer repetitions, the same paths. */
  readonly quick: boolean;
  /** The sizes that take ten times longer as well. */
  readonly large: boolean;
  readonly rounds: number;
  /** Where a benchmark that can tell where its time goes writes flame graphs. */
  readonly flames?: string;
  /** The benchmark's own, empty, on disk, removed afterwards. */
  readonly folder: string;
  /** One line of progress. */
  readonly say: (sentence: string) => void;
  readonly compare: (contest: Contest) => Promise<Comparison>;
  /** Called when the benchmark is over, however it ended, latest first. */
  readonly after: (end: () => Promise<unknown>) => void;
}

/** One figure that stands alone: nothing is measured against it in the same run. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

export interface Goal {
  readonly what: string;
  readonly figure: number;
  /** `x`: a ratio to the baseline. */
  readonly unit: string;
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
}

/** How a figure grows with a size; drawn over a logarithmic axis. */
export interface Series {
  readonly what: string;
  readonly size: string;
  readonly unit: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [size: number, value: number])[] }[];
}

export interface Findings {
  readonly comparisons: readonly Comparison[];
  readonly figures: readonly Figure[];
  readonly series: readonly Series[];
  readonly goals: readonly Goal[];
  /** What a reader must know to take the figures for what they are. */
  readonly notes: readonly string[];
}

export interface Benchmark {
  readonly name: string;
  readonly about: string;
  readonly run: (bench: Bench) => Promise<Partial<Findings>>;
}

export const isMet = ({ figure, bound, limit }: Goal): boolean => (bound === 'at most' ? figure <= limit : figure >= limit);
