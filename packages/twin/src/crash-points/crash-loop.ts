/**
 * Loses the active region at one of its writes, lets the other take over, checks what everybody was told, and makes it
 * whole again; then the same at the next write. The roles swap each time, so that no move back is needed.
 * Invariant: the verdict comes from the acquirer's record, the surviving ledger and the merchant's own memory.
 */
import { peerOf } from '@understudy/core';
import type { Region } from '@understudy/core';
import { activeRegion, check, untilSettled } from '../drill/check.ts';
import type { RunningTwin } from '../drill/running-twin.ts';
import type { Moment, WriteReport } from './crash-point.ts';
import { Merchant } from './merchant.ts';
import { brokenRefunds } from './refund-check.ts';
import { followsIn, isOpenIn, until, untilState } from './waits.ts';

export interface Point {
  readonly write: number;
  readonly when: Moment;
  /** Counts only writes of this kind. */
  readonly kind?: string;
  /** Nobody helps: the detectors find the loss and move by themselves. */
  readonly unaided?: boolean;
}

export interface PointResult {
  readonly point: Point;
  readonly region: Region;
  /** The write at which the region died; undefined: the batch made fewer. */
  readonly died: WriteReport | undefined;
  readonly writes: number;
  readonly seconds: number;
  readonly broken: readonly string[];
}

/** With nothing left to do, a region that has not written for so long has made all the writes of its batch. */
const QUIET_MS = 1_500;

export class CrashLoop {
  readonly #twin: RunningTwin;
  readonly #merchant: Merchant;
  #batches = 0;

  constructor(twin: RunningTwin) {
    this.#twin = twin;
    this.#merchant = new Merchant({ urls: twin.urls.regions, apiKey: twin.urls.apiKey });
  }

  get payments(): Merchant['payments'] {
    return this.#merchant.payments;
  }

  async prepare(): Promise<void> {
    await this.#twin.behave({ mode: 'decline', match: '-declined$' });
    // Long enough for a cancellation to come in while the card is being charged.
    await this.#twin.behave({ mode: 'delay', match: '-raced$', delayMs: 300 });
  }

  async play(point: Point): Promise<PointResult> {
    const startedAt = performance.now();
    const twin = this.#twin;
    const region = await activeRegion(twin);
    this.#batches += 1;
    const batch = `crash-${this.#batches}`;
    const { write, when, kind } = point;
    await twin.order(`/twin/regions/${region}/die-at`, { write, when, ...(kind === undefined ? {} : { kind }) });
    const ids = ['plain', 'processed', 'elsewhere', 'declined', 'raced', 'refunded'].map((name) => `${batch}-${name}`);
    const sending = this.#send(batch, region);
    const watch = this.#merchant.watch(ids);
    const lost = await this.#diesOrRests(region, sending);
    const writes = await this.#writes(region);
    if (lost) await this.#takeOver(region, point);
    await sending;
    const unsettled = await untilSettled(twin, this.#merchant.payments);
    await until('every refund is given back and in the books', () => this.#refundsAreKept()).catch(() => undefined);
    await watch.stop();
    await this.#merchant.look(ids);
    const broken = [...(await this.judge()), ...(unsettled > 0 ? [`${unsettled} acknowledged payments are not in the books`] : [])];
    if (lost) await this.#mend(region);
    return { point, region, died: writes.find((report) => report.dies), writes: writes.length, seconds: (performance.now() - startedAt) / 1000, broken };
  }

  /** Everything that is wrong so far, over all batches. */
  async judge(): Promise<readonly string[]> {
    const rows = await this.#twin.ledger(await activeRegion(this.#twin));
    return [...(await check(this.#twin, this.#merchant.payments)).broken, ...(await brokenRefunds(this.#twin, this.#merchant.refunds)), ...this.#merchant.contradictions, ...this.#merchant.unlike(rows)];
  }

  /** No region dies any more. */
  async disarm(region: Region): Promise<void> {
    await this.#twin.order(`/twin/regions/${region}/die-at`, { write: 0, when: 'before' });
  }

  async #send(batch: string, active: Region): Promise<void> {
    const merchant = this.#merchant;
    const standby = peerOf(active);
    await Promise.all([
      merchant.accept(`${batch}-plain`, active),
      merchant.process(`${batch}-processed`, active),
      merchant.process(`${batch}-elsewhere`, standby),
      merchant.process(`${batch}-declined`, active),
      Promise.all([merchant.accept(`${batch}-raced`, active), new Promise((resolve) => setTimeout(resolve, 120)).then(() => merchant.cancel(`${batch}-raced`, standby))]),
    ]);
    // By itself: it must not delay the race.
    await merchant.process(`${batch}-refunded`, active);
    await merchant.refund(`${batch}-refunded`, standby);
  }

  /** True when the region died; false when all is settled and it has stopped writing. */
  async #diesOrRests(region: Region, sending: Promise<void>): Promise<boolean> {
    let answered = false;
    void sending.then(() => (answered = true));
    let lost = false;
    let [count, since] = [-1, 0];
    await until(`${region} dies or rests`, async () => {
      lost = !(await this.#twin.state()).regions[region].up;
      if (lost || !answered) return lost;
      const { length } = await this.#writes(region);
      if (length !== count) [count, since] = [length, Date.now()];
      return Date.now() - since > QUIET_MS && (await untilSettled(this.#twin, this.#merchant.payments, 0)) === 0 && (await this.#refundsAreKept());
    });
    return lost;
  }

  async #refundsAreKept(): Promise<boolean> {
    return (await brokenRefunds(this.#twin, this.#merchant.refunds)).length === 0;
  }

  async #writes(region: Region): Promise<readonly WriteReport[]> {
    return (await (await fetch(`${this.#twin.urls.console}/twin/regions/${region}/writes`)).json()) as WriteReport[];
  }

  async #takeOver(lost: Region, point: Point): Promise<void> {
    const survivor = peerOf(lost);
    await untilState(this.#twin, `the ledger of ${lost} is gone with it`, (state) => state.regions[lost].ledger.role === 'down');
    // Refused when the detectors were faster.
    if (point.unaided !== true) await this.#twin.order('/twin/failover', { to: survivor }).catch(() => undefined);
    await untilState(this.#twin, `${survivor} settles`, isOpenIn(survivor));
  }

  async #mend(region: Region): Promise<void> {
    await this.#twin.region(region, 'restore');
    await untilState(this.#twin, `${region} follows as a standby`, followsIn(region));
  }
}
