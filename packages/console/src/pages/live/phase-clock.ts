/**
 * The phases of a failover with their times, from the loss that nobody has noticed yet to the last payment brought back.
 * Pure: a state and the time in, what to show out. Settlement stands still from the loss (or, ordered by hand, from the
 * claim) until the region that takes over opens; that span is the recovery time.
 */
import type { MoveReport, MoveState, TwinState } from '../../contract/index.ts';

export interface PhaseTime {
  readonly name: string;
  readonly what: string;
  readonly status: 'done' | 'running' | 'waiting';
  readonly tookMs?: number;
}

export interface PhaseClock {
  readonly title: string;
  /** How long settlement has stood still, or stood. */
  readonly stoodStillMs: number;
  readonly isStandingStill: boolean;
  /** Whether anything of this still goes on. */
  readonly isRunning: boolean;
  readonly phases: readonly PhaseTime[];
}

interface Marks {
  readonly lostAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly openedAt: number | undefined;
  readonly healedAt: number | undefined;
}

/** Undefined when there was no move and none is to be expected. */
export function phaseClockOf(state: Pick<TwinState, 'failover' | 'last' | 'outage'>, now: number): PhaseClock | undefined {
  const { failover, last, outage } = state;
  if (failover) return clockOf(titleOf(failover), marksOf(failover), now);
  if (outage) return clockOf(`${outage.region} is lost`, { lostAt: outage.at, startedAt: undefined, openedAt: undefined, healedAt: undefined }, now);
  return last && clockOf(`Last ${titleOf(last).toLowerCase()}`, marksOf(last), now);
}

const titleOf = ({ kind, to }: Pick<MoveState, 'kind' | 'to'>): string => `${kind === 'planned' ? 'Planned move' : 'Failover'} to ${to}`;

const marksOf = (move: MoveState | MoveReport): Marks =>
  ({ lostAt: move.lostAt, startedAt: move.startedAt, openedAt: move.openedAt, healedAt: 'healedAt' in move ? move.healedAt : undefined });

function clockOf(title: string, { lostAt, startedAt, openedAt, healedAt }: Marks, now: number): PhaseClock {
  const stillFrom = lostAt ?? startedAt ?? now;
  const phase = (name: string, what: string, [from, to]: readonly [from: number | undefined, to: number | undefined]): PhaseTime => {
    if (from === undefined) return { name, what, status: 'waiting' };
    return { name, what, status: to === undefined ? 'running' : 'done', tookMs: Math.max(0, (to ?? now) - from) };
  };
  return {
    title,
    stoodStillMs: Math.max(0, (openedAt ?? now) - stillFrom),
    isStandingStill: openedAt === undefined,
    isRunning: healedAt === undefined,
    phases: [
      ...(lostAt === undefined ? [] : [phase('Notice', 'two detectors agree that it is lost', [lostAt, startedAt])]),
      phase('Move', 'claim the epoch, promote the ledger, raise its fence, open', [startedAt, openedAt]),
      phase('Heal', 'bring back from the journal what the ledger lacks', [openedAt, healedAt]),
    ],
  };
}
