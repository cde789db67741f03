/**
 * What the console shows beyond the state of the parts: samples of every second, payments set aside, and decisions.
 * Invariant: it looks by itself at short intervals, so that no reader waits for a part that may be dead; it changes nothing.
 */
import { newestEntry } from '@understudy/adapters/postgres';
import type { LedgerPool } from '@understudy/adapters/postgres';
import { isPortFault, listSetAside, regions } from '@understudy/core';
import type { Journal, MovePolicy, Region, Vantage, WorkIndex } from '@understudy/core';
import type { Decision, Metrics, TwinState } from '@understudy/console/contract';
import type { Observer } from '../observer.ts';
import { every } from '../region/schedule.ts';
import type { Schedule } from '../region/schedule.ts';
import type { Traffic } from '../region/traffic-meter.ts';
import { decisionsNow } from './decisions.ts';
import type { Detected } from './decisions.ts';
import { MetricsLog } from './metrics-log.ts';

const SAMPLE_EVERY_MS = 1_000;
const SET_ASIDE_EVERY_MS = 5_000;
/** They stand first in the index, being its oldest; a backlog behind them is not read through for the sake of a figure. */
const SET_ASIDE_READS_MAX = 50;

export interface LiveViewOptions {
  readonly observer: Observer;
  readonly pools: Readonly<Record<Region, LedgerPool>>;
  readonly journal: { readonly journal: Journal; readonly workIndex: WorkIndex };
  readonly waiting: (region: Region) => number;
  readonly detected: () => ReadonlyMap<Vantage, Detected>;
  readonly policy: MovePolicy;
  readonly onFault: (error: unknown) => void;
}

export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #log = new MetricsLog();
  readonly #entries = new Map<Region, number>();
  readonly #schedules: Schedule[] = [];
  #setAside: NonNullable<TwinState['setAside']> | null = null;

  constructor(options: LiveViewOptions) {
    this.#options = options;
  }

  start(): void {
    const { onFault } = this.#options;
    for (const region of regions) this.#schedules.push(every(SAMPLE_EVERY_MS, () => this.#readEntries(region), onFault));
    this.#schedules.push(every(SAMPLE_EVERY_MS, async () => this.#sample(), onFault));
    this.#schedules.push(every(SET_ASIDE_EVERY_MS, () => this.#countSetAside(), onFault));
  }

  stop(): void {
    for (const schedule of this.#schedules) schedule.stop();
  }

  get setAside(): NonNullable<TwinState['setAside']> | null {
    return this.#setAside;
  }

  noteTraffic(region: Region, traffic: Traffic): void {
    this.#log.note(region, traffic);
  }

  metricsSince(at: number): Metrics {
    return this.#log.since(at);
  }

  decisions(): readonly Decision[] {
    const { observer, detected, policy } = this.#options;
    return decisionsNow({ now: Date.now(), record: observer.record, ledger: (region) => observer.ledger(region), detected: detected(), policy });
  }

  #sample(): void {
    const { observer, waiting } = this.#options;
    this.#log.sample(Date.now(), (region) => ({ entries: this.#entries.get(region), lagMs: observer.ledger(region)?.lagMs, waiting: waiting(region) }));
  }

  /** Of a primary only: what a standby replays was settled elsewhere. */
  async #readEntries(region: Region): Promise<void> {
    const { observer, pools } = this.#options;
    try {
      if (observer.ledger(region)?.role === 'primary') this.#entries.set(region, await newestEntry(pools[region]));
      else this.#entries.delete(region);
    } catch (error) {
      if (!isPortFault(error)) throw error;
      this.#entries.delete(region);
    }
  }

  async #countSetAside(): Promise<void> {
    const { payments, complete } = await listSetAside(this.#options.journal, SET_ASIDE_READS_MAX);
    this.#setAside = { count: payments.length, complete };
  }
}
