import { expect, test } from 'vitest';
import type { MetricsSample, RegionSample } from '../../contract/index.ts';
import { joinSamples, WINDOW_MS } from '../../data/use-metrics.ts';
import { chartDataOf } from './chart-data.ts';

const region = (acks: number, p99Ms?: number): RegionSample => ({ acks, errors: 0, settled: 0, waiting: 0, ...(p99Ms !== undefined && { p99Ms }) });
const sample = (at: number, acks = 0, p99Ms?: number): MetricsSample => ({ at, regions: { 'us-east-1': region(acks, p99Ms), 'us-east-2': region(0) } });

test('chart: samples of each second -> a time and a figure for each region; none where nothing was measured', () => {
  expect(chartDataOf([sample(1_000, 5, 8), sample(2_000, 6)], ({ acks }) => acks)).toEqual({ times: [1, 2], columns: [[5, 6], [0, 0]] });
  expect(chartDataOf([sample(1_000, 5, 8), sample(2_000, 6)], ({ p99Ms }) => p99Ms).columns).toEqual([[8, null], [null, null]]);
});

test('chart: seconds that are missing -> a gap, not a line across', () => {
  expect(chartDataOf([sample(1_000, 5), sample(9_000, 6)], ({ acks }) => acks)).toEqual({ times: [1, 1.001, 9], columns: [[5, null, 6], [0, null, 0]] });
});

test('chart: new samples -> joined once each, and bounded by the window', () => {
  const kept = [sample(1_000), sample(2_000)];
  expect(joinSamples(kept, [sample(2_000), sample(3_000)]).map(({ at }) => at)).toEqual([1_000, 2_000, 3_000]);
  expect(joinSamples(kept, [sample(WINDOW_MS + 1_500)]).map(({ at }) => at)).toEqual([2_000, WINDOW_MS + 1_500]);
});
