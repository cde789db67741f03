/**
 * Looks at every part at short intervals and keeps the last answer, so that a state is read without waiting for anything
 * that may be dead. It asks the parts directly, past the switchboard: it must see what a cut region looks like inside.
 */
import { isPortFault, regions } from '@understudy/core';
import type { EpochRecord, EpochRegister, LedgerControl, LedgerStatus, Region } from '@understudy/core';
import { every } from './region/schedule.ts';
import type { Schedule } from './region/schedule.ts';

const LOOK_EVERY_MS = 300;

export interface ObserverOptions {
  readonly epochs: EpochRegister;
  readonly control: LedgerControl;
  readonly ledgerRuns: (region: Region) => boolean;
  readonly onLook: (record: EpochRecord) => Promise<void>;
  readonly onFault: (error: unknown) => void;
}

export class Observer {
  readonly #options: ObserverOptions;
  readonly #ledgers = new Map<Region, LedgerStatus>();
  readonly #schedules: Schedule[] = [];
  #record: EpochRecord | undefined;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  get record(): EpochRecord | undefined {
    return this.#record;
  }

  /** Undefined when the server does not answer. */
  ledger(region: Region): LedgerStatus | undefined {
    return this.#options.ledgerRuns(region) ? this.#ledgers.get(region) : undefined;
  }

  start(): void {
    const { onFault } = this.#options;
    this.#schedules.push(every(LOOK_EVERY_MS, () => this.#readRecord(), onFault));
    for (const region of regions) this.#schedules.push(every(LOOK_EVERY_MS, () => this.#readLedger(region), onFault));
  }

  stop(): void {
    for (const schedule of this.#schedules) schedule.stop();
  }

  /** The record as it is now, for whoever acts on it: the last look may be from before a move. */
  readRecord(): Promise<EpochRecord> {
    return this.#options.epochs.read();
  }

  async #readRecord(): Promise<void> {
    // Kept here only: answers that overtake each other would take the record back in time.
    this.#record = await this.readRecord();
    await this.#options.onLook(this.#record);
  }

  async #readLedger(region: Region): Promise<void> {
    if (!this.#options.ledgerRuns(region)) return void this.#ledgers.delete(region);
    try {
      this.#ledgers.set(region, await this.#options.control.status(region));
    } catch (error) {
      if (!isPortFault(error)) throw error;
      this.#ledgers.delete(region);
    }
  }
}
