/**
 * One sample a second of what each region did, for the console's charts. Invariant: it keeps ten minutes and reads nothing
 * that could wait for a dead part: what a part has not reported by then is zero.
 */
import { regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { Metrics, MetricsSample, RegionSample } from '@understudy/console/contract';
import type { Traffic } from '../region/traffic-meter.ts';

const SAMPLES_MAX = 600;

/** What is known of a region at the end of a second. */
export interface RegionFigures {
  /** Of its primary, since it was made: how many rows it took. Undefined: it is no primary, or does not answer. */
  readonly entries: number | undefined;
  readonly lagMs: number | undefined;
  readonly waiting: number;
}

export class MetricsLog {
  readonly #samples: MetricsSample[] = [];
  readonly #traffic = new Map<Region, Traffic[]>();
  readonly #entries = new Map<Region, number>();

  /** A region tells what it did since it told before. */
  note(region: Region, traffic: Traffic): void {
    const told = this.#traffic.get(region) ?? [];
    this.#traffic.set(region, [...told, traffic]);
  }

  sample(at: number, figuresOf: (region: Region) => RegionFigures): void {
    const sampleOf = (region: Region): RegionSample => {
      const { entries, lagMs, waiting } = figuresOf(region);
      return { ...this.#takeTraffic(region), settled: this.#newEntries(region, entries), waiting, ...(lagMs !== undefined && { lagMs }) };
    };
    this.#samples.push({ at, regions: Object.fromEntries(regions.map((region) => [region, sampleOf(region)])) as Record<Region, RegionSample> });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
  }

  /** Samples that ended later than `at`. */
  since(at: number): Metrics {
    return { samples: this.#samples.filter((sample) => sample.at > at) };
  }

  #takeTraffic(region: Region): Traffic {
    const told = this.#traffic.get(region) ?? [];
    this.#traffic.delete(region);
    const sum = (of: (traffic: Traffic) => number): number => told.reduce((total, traffic) => total + of(traffic), 0);
    const timed = told.filter((traffic) => traffic.p50Ms !== undefined);
    // Two reports in one second: the slower one is shown.
    return {
      acks: sum(({ acks }) => acks), errors: sum(({ errors }) => errors),
      ...(timed.length > 0 && { p50Ms: Math.max(...timed.map(({ p50Ms = 0 }) => p50Ms)), p99Ms: Math.max(...timed.map(({ p99Ms = 0 }) => p99Ms)) }),
    };
  }

  /** A server that has just become primary, or was made anew, has settled nothing by that. */
  #newEntries(region: Region, entries: number | undefined): number {
    const before = this.#entries.get(region);
    if (entries === undefined) this.#entries.delete(region);
    else this.#entries.set(region, entries);
    return entries === undefined || before === undefined ? 0 : Math.max(0, entries - before);
  }
}
