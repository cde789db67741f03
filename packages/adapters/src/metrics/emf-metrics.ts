/**
 * Metrics as lines of the CloudWatch embedded metric format on standard output: no call in the request path,
 * CloudWatch reads the log.
 * Invariant: never throws, and never holds more than one line's worth: a full line is written at once.
 * It does not know when an invocation ends; its host calls flush.
 */
import type { Clock, MetricName, Metrics } from '@understudy/core';
import { systemClock } from '../system/system-clock.ts';

/** Limits of the format: metrics in one directive, and values of one metric. */
const METRICS_MAX = 100;
const VALUES_MAX = 100;

type Unit = 'Milliseconds' | 'Count';

interface Series {
  readonly unit: Unit;
  readonly values: number[];
}

export interface EmfMetricsOptions {
  readonly namespace: 'PaymentProcessing';
  readonly region: string;
  /** The function or process that reports. */
  readonly service: string;
  /** Takes one line without its end; standard output unless told. */
  readonly write?: (line: string) => void;
  readonly clock?: Pick<Clock, 'now'>;
}

export interface EmfMetrics extends Metrics {
  /** Writes what was gathered, as one line, and begins anew. At the end of each invocation. */
  flush(): void;
}

const writeToStandardOutput = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const lineOf = (options: EmfMetricsOptions, at: number, series: ReadonlyMap<MetricName, Series>): string => {
  const entries = [...series];
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: options.namespace,
          Dimensions: [['Region'], ['Region', 'Service']],
          Metrics: entries.map(([name, { unit }]) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    Region: options.region,
    Service: options.service,
    ...Object.fromEntries(entries.map(([name, { values }]) => [name, values.length === 1 ? values[0] : values])),
  });
};

export function createEmfMetrics(options: EmfMetricsOptions): EmfMetrics {
  const write = options.write ?? writeToStandardOutput;
  const clock = options.clock ?? systemClock;
  const gathered = new Map<MetricName, Series>();

  const flush = (): void => {
    if (gathered.size === 0) return;
    try {
      write(lineOf(options, clock.now(), gathered));
    } catch {
      // A measurement that cannot be written is lost: nothing it describes may fail because of it.
    }
    gathered.clear();
  };

  const seriesOf = (name: MetricName, unit: Unit): Series => {
    const known = gathered.get(name);
    if (known) return known;
    if (gathered.size >= METRICS_MAX) flush();
    const series: Series = { unit, values: [] };
    gathered.set(name, series);
    return series;
  };

  return {
    count(name, value = 1) {
      // JSON has no such numbers: one of them would spoil the whole line.
      if (!Number.isFinite(value)) return;
      const { values } = seriesOf(name, 'Count');
      values[0] = (values[0] ?? 0) + value;
    },
    gauge(name, value, unit) {
      if (!Number.isFinite(value)) return;
      const { values } = seriesOf(name, unit);
      values.push(value);
      if (values.length >= VALUES_MAX) flush();
    },
    flush,
  };
}
