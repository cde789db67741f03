import { epochMs } from '@understudy/core';
import type { MetricName } from '@understudy/core';
import { metricsContract } from '@understudy/core/contracts';
import { describe, expect, it } from 'vitest';
import { InMemoryMetrics } from '../in-memory/index.ts';
import { createEmfMetrics } from './index.ts';
import type { EmfMetrics } from './index.ts';

interface Line {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly { readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[] }[] };
  readonly [member: string]: unknown;
}

const collecting = (): { readonly metrics: EmfMetrics; readonly lines: string[] } => {
  const lines: string[] = [];
  const clock = { now: () => epochMs(1_700_000_000_000) };
  return { lines, metrics: createEmfMetrics({ namespace: 'PaymentProcessing', region: 'us-east-2', service: 'settle', write: (line) => void lines.push(line), clock }) };
};

/** Reads lines as CloudWatch does: only what a directive names counts, and it must be there. */
const valuesIn = (lines: readonly string[], name: string): readonly number[] =>
  lines.flatMap((text) => {
    const line = JSON.parse(text) as Line;
    const named = line._aws.CloudWatchMetrics.flatMap((directive) => directive.Metrics).some((metric) => metric.Name === name);
    return named ? [line[name]].flat().map(Number) : [];
  });

describe('metrics as embedded metric format, their contract', () => {
  const make = async () => {
    const { metrics, lines } = collecting();
    const seen = async (name: MetricName) => {
      metrics.flush();
      return valuesIn(lines, name);
    };
    return {
      metrics,
      counted: async (name: MetricName) => {
        const values = await seen(name);
        return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
      },
      gauged: async (name: MetricName) => (await seen(name)).at(-1),
      close: async () => undefined,
    };
  };
  for (const one of metricsContract(make)) it(one.name, () => one.run());
});

describe('metrics in memory, their contract', () => {
  const make = async () => {
    const metrics = new InMemoryMetrics();
    return {
      metrics,
      counted: async (name: MetricName) => metrics.counts.get(name),
      gauged: async (name: MetricName) => metrics.gauges.get(name),
      close: async () => undefined,
    };
  };
  for (const one of metricsContract(make)) it(one.name, () => one.run());
});

describe('metrics as embedded metric format', () => {
  it('an invocation with counts and a gauge -> one line, by the specification', () => {
    const { metrics, lines } = collecting();
    metrics.count('PaymentProcessed');
    metrics.count('PaymentProcessed', 2);
    metrics.gauge('OldestUnpostedAge', 40, 'Milliseconds');
    metrics.gauge('OldestUnpostedAge', 12.5, 'Milliseconds');
    metrics.flush();
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        _aws: {
          Timestamp: 1_700_000_000_000,
          CloudWatchMetrics: [
            {
              Namespace: 'PaymentProcessing',
              Dimensions: [['Region'], ['Region', 'Service']],
              Metrics: [{ Name: 'PaymentProcessed', Unit: 'Count' }, { Name: 'OldestUnpostedAge', Unit: 'Milliseconds' }],
            },
          ],
        },
        Region: 'us-east-2',
        Service: 'settle',
        PaymentProcessed: 3,
        OldestUnpostedAge: [40, 12.5],
      },
    ]);
    expect(lines[0]).not.toContain('\n');
  });

  it('nothing happened, or it was written already -> no line', () => {
    const { metrics, lines } = collecting();
    metrics.flush();
    metrics.count('Confirmed');
    metrics.flush();
    metrics.flush();
    expect(lines).toHaveLength(1);
  });

  it('more values than a line may hold -> several lines, nothing lost', () => {
    const { metrics, lines } = collecting();
    for (let value = 1; value <= 250; value += 1) metrics.gauge('OldestUnpostedAge', value, 'Milliseconds');
    metrics.flush();
    expect(lines.map((line) => valuesIn([line], 'OldestUnpostedAge').length)).toEqual([100, 100, 50]);
    expect(valuesIn(lines, 'OldestUnpostedAge').reduce((sum, value) => sum + value, 0)).toBe(31_375);
  });

  it('more names than a line may hold -> several lines, nothing lost', () => {
    const { metrics, lines } = collecting();
    for (let n = 0; n < 205; n += 1) metrics.count(`Name${n}` as MetricName, n);
    metrics.flush();
    const counts = lines.map((line) => (JSON.parse(line) as Line)._aws.CloudWatchMetrics[0]?.Metrics.length);
    expect(counts).toEqual([100, 100, 5]);
    expect(valuesIn(lines, 'Name204')).toEqual([204]);
  });

  it('values that JSON has no word for -> left out, the line stays good', () => {
    const { metrics, lines } = collecting();
    metrics.gauge('OldestUnpostedAge', Number.NaN, 'Milliseconds');
    metrics.count('Confirmed', Number.NEGATIVE_INFINITY);
    metrics.count('Confirmed', 5);
    metrics.flush();
    expect(lines).toHaveLength(1);
    expect(valuesIn(lines, 'Confirmed')).toEqual([5]);
    expect(valuesIn(lines, 'OldestUnpostedAge')).toEqual([]);
  });

  it('a log that cannot be written -> nothing throws, and what was gathered is let go', () => {
    let writes = 0;
    const write = (): void => {
      writes += 1;
      throw new Error('no space left');
    };
    const metrics = createEmfMetrics({ namespace: 'PaymentProcessing', region: 'us-east-1', service: 'api', write });
    metrics.count('Confirmed');
    expect(() => metrics.flush()).not.toThrow();
    metrics.flush();
    expect(writes).toBe(1);
  });
});
