import { expect, test } from 'vitest';
import { MetricsLog } from './metrics-log.ts';

const primary = (entries: number) => (region: string) => ({ entries: region === 'us-east-1' ? entries : undefined, lagMs: region === 'us-east-1' ? undefined : 7, waiting: 2 });
const east1 = (log: MetricsLog) => log.since(0).samples.map(({ regions }) => regions['us-east-1']);

test('metrics: a region that reports -> its second holds what it did, the next one nothing', () => {
  const log = new MetricsLog();
  log.note('us-east-1', { acks: 3, errors: 0, p50Ms: 4, p99Ms: 9 });
  log.note('us-east-1', { acks: 2, errors: 1, p50Ms: 5, p99Ms: 8 });
  log.sample(1_000, primary(10));
  log.sample(2_000, primary(10));
  expect(east1(log)).toEqual([{ acks: 5, errors: 1, p50Ms: 5, p99Ms: 9, settled: 0, waiting: 2 }, { acks: 0, errors: 0, settled: 0, waiting: 2 }]);
  expect(log.since(0).samples[0]?.regions['us-east-2']).toMatchObject({ lagMs: 7 });
});

test('metrics: rows of the ledger -> what each second added; a server that comes back counts from where it stands', () => {
  const log = new MetricsLog();
  for (const [i, entries] of [100, 130, 130].entries()) log.sample(i, primary(entries));
  log.sample(3, () => ({ entries: undefined, lagMs: undefined, waiting: 0 }));
  log.sample(4, primary(5_000));
  log.sample(5, primary(5_040));
  expect(log.since(-1).samples.map(({ regions }) => regions['us-east-1'].settled)).toEqual([0, 30, 0, 0, 0, 40]);
});

test('metrics: more than ten minutes -> the oldest go, and only what is asked for is told', () => {
  const log = new MetricsLog();
  for (let i = 1; i <= 700; i += 1) log.sample(i, primary(i));
  expect(log.since(0).samples).toHaveLength(600);
  expect(log.since(690).samples.map(({ at }) => at)).toEqual([691, 692, 693, 694, 695, 696, 697, 698, 699, 700]);
});
