// Samples as a chart takes them: one column of times, one of figures for each region, a gap where a second is missing. Pure.
import { regions } from '@understudy/core';
import type { MetricsSample, RegionSample } from '../../contract/index.ts';

export type Column = (number | null)[];

export interface ChartData {
  /** Seconds since 1970, as the chart counts. */
  readonly times: number[];
  /** In the order of `regions`. */
  readonly columns: readonly Column[];
}

/** Longer between two samples than this: something stood still, and no line is drawn across. */
const GAP_MS = 2_500;

export function chartDataOf(samples: readonly MetricsSample[], figure: (sample: RegionSample) => number | undefined): ChartData {
  const times: number[] = [];
  const columns: Column[] = regions.map(() => []);
  let before: number | undefined;
  for (const sample of samples) {
    if (before !== undefined && sample.at - before > GAP_MS) {
      times.push((before + 1) / 1_000);
      for (const column of columns) column.push(null);
    }
    before = sample.at;
    times.push(sample.at / 1_000);
    for (const [i, region] of regions.entries()) columns[i]?.push(figure(sample.regions[region]) ?? null);
  }
  return { times, columns };
}
