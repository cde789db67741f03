/**
 * Looks at a running twin again and again, from outside, and keeps what it saw: the course of a drill.
 * Invariant: it only reads, and a look that fails is left out, never guessed.
 */
import { regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { MoveReport, TwinState } from '../state.ts';
import type { RunningTwin } from './running-twin.ts';

export type RegionLook = 'up' | 'isolated' | 'down';

export interface Look {
  readonly at: number;
  readonly epoch: number;
  readonly phase: 'open' | 'moving';
  readonly healed: boolean;
  readonly active: Region;
  readonly regions: Readonly<Record<Region, RegionLook>>;
  /** Regions whose ledger takes writes. */
  readonly primaries: readonly Region[];
  /** Hints in the queues of both regions: payments that nobody has settled yet. */
  readonly waiting: number;
}

export interface MoveFigures {
  /** All counted from the loss, or from the claim when nothing was lost. */
  readonly promotedMs?: number;
  readonly firstSettledMs?: number;
  readonly healedMs: number;
}

/** Fine enough for figures in tenths of seconds, coarse enough to be no load. */
const EVERY_MS = 150;
/** An hour of looks: a drill is far shorter. */
const LOOKS_MAX = 24_000;

export function lookOf(state: TwinState, at: number): Look | undefined {
  if (!state.epoch) return undefined;
  const { epoch, phase, healed, activeRegion } = state.epoch;
  const regionLook = (region: Region): RegionLook => {
    const { up, isolated } = state.regions[region];
    if (!up) return 'down';
    return isolated ? 'isolated' : 'up';
  };
  return {
    at, epoch, phase, healed, active: activeRegion,
    regions: { 'us-east-1': regionLook('us-east-1'), 'us-east-2': regionLook('us-east-2') },
    primaries: regions.filter((region) => state.regions[region].ledger.role === 'primary'),
    waiting: regions.reduce((sum, region) => sum + state.regions[region].queue.visible + state.regions[region].queue.inFlight, 0),
  };
}

export class Watch {
  readonly looks: Look[] = [];
  /** When the first row of an epoch was seen in the books of its active region. */
  readonly firstSettledAt: Map<number, number> = new Map();
  readonly #twin: RunningTwin;
  readonly #over: Promise<void>;
  #stopped = false;

  constructor(twin: RunningTwin) {
    this.#twin = twin;
    this.#over = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#over;
  }

  async #run(): Promise<void> {
    while (!this.#stopped && this.looks.length < LOOKS_MAX) {
      // A twin that cannot be asked just now is asked again.
      await this.#look().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  async #look(): Promise<void> {
    const look = lookOf(await this.#twin.state(), Date.now());
    if (!look) return;
    this.looks.push(look);
    // The first epoch settles from the start; of the others the first row is wanted.
    if (look.epoch === 1 || look.phase !== 'open' || this.firstSettledAt.has(look.epoch)) return;
    const rows = await this.#twin.ledger(look.active);
    if (rows.some((row) => row.epoch === look.epoch)) this.firstSettledAt.set(look.epoch, Date.now());
  }
}

export function figuresOf(move: MoveReport, looks: readonly Look[], firstSettledAt: ReadonlyMap<number, number>): MoveFigures {
  const from = move.lostAt ?? move.startedAt;
  const promotedAt = looks.find((look) => look.at >= from && look.epoch >= move.epoch && look.primaries.includes(move.to))?.at;
  const settledAt = firstSettledAt.get(move.epoch);
  return {
    ...(promotedAt !== undefined && { promotedMs: promotedAt - from }),
    ...(settledAt !== undefined && { firstSettledMs: settledAt - from }),
    healedMs: move.healedAt - from,
  };
}
