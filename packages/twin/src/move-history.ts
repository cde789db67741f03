/**
 * Follows the epoch record as it changes and writes down how long each phase of a move took.
 * It watches only: nothing depends on it.
 */
import { peerOf } from '@understudy/core';
import type { EpochRecord, MoveLogEntry, Region } from '@understudy/core';
import type { LostTail } from './lost-rows.ts';
import type { MoveReport, MoveState } from './state.ts';

export interface MoveHistoryOptions {
  readonly readSteps: (runId: string) => Promise<readonly MoveLogEntry[]>;
  readonly lostTailOf: (region: Region) => LostTail | undefined;
  readonly onEvent: (type: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** A loss longer ago than this did not cause the move. */
const CAUSE_MAX_MS = 600_000;

export class MoveHistory {
  readonly #options: MoveHistoryOptions;
  readonly #lostAt = new Map<Region, number>();
  #record: EpochRecord | undefined;
  #current: MoveState | undefined;
  #last: MoveReport | undefined;

  constructor(options: MoveHistoryOptions) {
    this.#options = options;
  }

  /** A region was killed or cut off: a move that follows was caused by it. */
  noteLoss(region: Region): void {
    this.#lostAt.set(region, Date.now());
  }

  get current(): MoveState | null {
    return this.#current ?? null;
  }

  /** When `region` was last killed or cut off, if that is what still keeps it from settling. */
  outageOf(region: Region): number | undefined {
    return this.#record?.activeRegion === region && this.#record.phase === 'open' ? this.#lostAt.get(region) : undefined;
  }

  get last(): MoveReport | undefined {
    if (!this.#last) return undefined;
    const lostRows = this.#options.lostTailOf(this.#last.from);
    return lostRows === undefined ? this.#last : { ...this.#last, lostRows };
  }

  /** Takes the record as read just now. */
  async see(record: EpochRecord): Promise<void> {
    const before = this.#record;
    this.#record = record;
    await this.#readSteps();
    if (!before || (before.epoch === record.epoch && before.phase === record.phase && before.healedAt === record.healedAt)) return;
    this.#options.onEvent('epoch', { epoch: record.epoch, activeRegion: record.activeRegion, phase: record.phase, healed: record.healedAt !== undefined, reason: record.reason });
    if (before.epoch !== record.epoch) this.#begin(record);
    if (record.phase === 'open' && this.#current) this.#current = { ...this.#current, phase: 'healing', openedAt: record.at };
    if (record.healedAt !== undefined) await this.#end(record, record.healedAt);
  }

  #begin(record: EpochRecord): void {
    const { activeRegion: to, runId, kind } = record;
    const from = peerOf(to);
    // A record seen first when it is open already: its claim was a moment before.
    const startedAt = this.#current?.runId === runId ? this.#current.startedAt : record.at;
    const lostAt = this.#causeOf(record, { from, startedAt });
    this.#current = { runId, kind, from, to, phase: 'moving', startedAt, ...(lostAt !== undefined && { lostAt }) };
  }

  /** When the region that a failover left was lost, if that was shortly before. */
  #causeOf(record: EpochRecord, { from, startedAt }: Pick<MoveState, 'from' | 'startedAt'>): number | undefined {
    const lostAt = this.#lostAt.get(from);
    return record.kind === 'failover' && lostAt !== undefined && startedAt - lostAt >= 0 && startedAt - lostAt < CAUSE_MAX_MS ? lostAt : undefined;
  }

  /** The story so far, while there is one. */
  async #readSteps(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    const steps = await this.#options.readSteps(current.runId).catch(() => undefined);
    if (steps && this.#current?.runId === current.runId) this.#current = { ...this.#current, steps };
  }

  async #end(record: EpochRecord, healedAt: number): Promise<void> {
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    const steps = await this.#options.readSteps(record.runId).catch(() => []);
    const startedAt = steps.find((step) => step.detail === 'claim')?.at ?? current.startedAt;
    const openedAt = current.openedAt ?? record.at;
    const lostAt = this.#causeOf(record, { from: current.from, startedAt });
    this.#last = {
      runId: record.runId, kind: record.kind, from: current.from, to: current.to, startedAt,
      epoch: record.epoch, reason: record.reason, by: record.by, openedAt, healedAt,
      ...(lostAt !== undefined && { lostAt }),
      phases: { ...(lostAt !== undefined && { detectMs: startedAt - lostAt }), moveMs: openedAt - startedAt, healMs: healedAt - openedAt },
      steps,
    };
    this.#options.onEvent('move_healed', { runId: record.runId, to: current.to, phases: this.#last.phases });
  }
}
