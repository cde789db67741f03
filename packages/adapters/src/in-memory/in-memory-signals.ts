// What a region tells and sees, in memory: alerts, metrics, log lines and started moves are kept to be looked at,
// probes answer what they are told.
import type { Alert, Alerts, Log, MetricName, Metrics, Mover, MoveRequest, Probe, ProbeResult, Region } from '@understudy/core';

export class InMemoryAlerts implements Alerts {
  readonly raised: Alert[] = [];

  async raise(alert: Alert): Promise<void> {
    this.raised.push(alert);
  }
}

export class InMemoryMetrics implements Metrics {
  readonly counts: Map<MetricName, number> = new Map();
  readonly gauges: Map<MetricName, number> = new Map();

  count(name: MetricName, value = 1): void {
    if (Number.isFinite(value)) this.counts.set(name, (this.counts.get(name) ?? 0) + value);
  }

  gauge(name: MetricName, value: number): void {
    if (Number.isFinite(value)) this.gauges.set(name, value);
  }
}

export class InMemoryProbe implements Probe {
  readonly #results = new Map<Region, ProbeResult>();

  /** Until told otherwise every region is reached. */
  answer(region: Region, result: ProbeResult): void {
    this.#results.set(region, result);
  }

  async look(region: Region): Promise<ProbeResult> {
    return this.#results.get(region) ?? { reached: true, httpStatus: 200 };
  }
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export class InMemoryLog implements Log {
  readonly lines: LogLine[] = [];

  info(event: string, fields?: LogLine['fields']): void {
    this.#add('info', event, fields);
  }

  warn(event: string, fields?: LogLine['fields']): void {
    this.#add('warn', event, fields);
  }

  error(event: string, fields?: LogLine['fields']): void {
    this.#add('error', event, fields);
  }

  #add(level: LogLine['level'], event: string, fields: LogLine['fields']): void {
    this.lines.push({ level, event, ...(fields && { fields }) });
  }
}

/** Carries nothing out: whoever plays the workflow service takes the requests from here. */
export class InMemoryMover implements Mover {
  readonly started: MoveRequest[] = [];

  async start(request: MoveRequest): Promise<void> {
    this.started.push(request);
  }
}
