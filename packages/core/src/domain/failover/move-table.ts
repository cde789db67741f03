// The order of a move, as a table: facts in, the next step and its reason out; the first row that matches
// decides. Nothing is remembered between steps, so whoever comes next resumes from the record alone.
//
// Invariant: a server may become or stay primary under epoch E only if its fence lies from the record's
// ledgerEpoch to E. Nothing settles while moving, so every such server holds a prefix of what the last open
// epoch wrote, and nothing else (decision record 0005).
import { assert } from '../../support/assert.ts';
import type { LedgerFacts, MoveAction, MoveFacts, MoveStep } from './move.ts';

export interface MoveRow {
  readonly id: string;
  readonly because: string;
  readonly when: (facts: MoveFacts) => boolean;
  readonly action: MoveAction;
}

const adoptable = (f: MoveFacts, ledger: LedgerFacts | undefined): ledger is LedgerFacts =>
  ledger !== undefined && ledger.fence >= f.record.ledgerEpoch && ledger.fence <= f.record.epoch;
const fenced = (f: MoveFacts, ledger: LedgerFacts | undefined): boolean => ledger?.fence === f.record.epoch;
const isMine = (f: MoveFacts): boolean => f.record.activeRegion === f.request.to;
const isOpen = (f: MoveFacts): boolean => f.record.phase === 'open';
const isPlanned = (f: MoveFacts): boolean => f.request.kind === 'planned';
const overdue = (f: MoveFacts): boolean => f.now - f.record.at > f.policy.plannedPatienceMs;

/** Nothing has been claimed yet: may this move begin? */
const preflight: readonly MoveRow[] = [
  { id: 'F-105', because: 'the epoch has changed since this move was decided', when: (f) => f.record.epoch !== f.request.fromEpoch, action: 'refuse' },
  { id: 'F-110', because: 'the target\'s ledger cannot be reached', when: (f) => f.target === undefined, action: 'refuse' },
  { id: 'F-120', because: 'the target\'s ledger carries another fence than the last open epoch: it is on another timeline and must be re-seeded', when: (f) => !adoptable(f, f.target), action: 'refuse' },
  { id: 'F-130', because: 'source and target run different engine versions', when: (f) => f.source !== undefined && f.source.engineVersion !== f.target?.engineVersion, action: 'refuse' },
  { id: 'F-140', because: 'another move is under way; a planned one does not overtake it', when: (f) => !isOpen(f) && isPlanned(f), action: 'refuse' },
  { id: 'F-150', because: 'a planned move needs the source: its ledger cannot be reached or is not the primary of this epoch', when: (f) => isPlanned(f) && (f.source?.role !== 'primary' || !adoptable(f, f.source)), action: 'refuse' },
  { id: 'F-160', because: 'a planned move needs a target that is a standby and follows closely', when: (f) => isPlanned(f) && (f.target?.role !== 'standby' || (f.target.lagMs ?? Infinity) > f.policy.plannedLagMaxMs), action: 'refuse' },
  { id: 'F-190', because: 'the target can take over', when: () => true, action: 'claim' },
];

/** Claimed as a failover: the target takes what it has. */
const failover: readonly MoveRow[] = [
  { id: 'F-210', because: 'the target\'s ledger cannot be reached just now', when: (f) => f.target === undefined, action: 'wait' },
  { id: 'F-220', because: 'the target\'s ledger carries a fence of another timeline', when: (f) => !adoptable(f, f.target), action: 'refuse' },
  { id: 'F-230', because: 'the target is still a standby', when: (f) => f.target?.role === 'standby', action: 'promote' },
  { id: 'F-240', because: 'the target is primary under an older fence', when: (f) => !fenced(f, f.target), action: 'raise_target_fence' },
  { id: 'F-250', because: 'the target is primary under this epoch\'s fence', when: () => true, action: 'open' },
];

/** Claimed as planned: the source drains first, then the roles are swapped. */
const planned: readonly MoveRow[] = [
  { id: 'F-310', because: 'the target is primary under this epoch\'s fence', when: (f) => f.target?.role === 'primary' && fenced(f, f.target), action: 'open' },
  { id: 'F-320', because: 'the source was lost while it drained', when: (f) => !adoptable(f, f.source) && overdue(f) && adoptable(f, f.target), action: 'take_over' },
  { id: 'F-330', because: 'the drain barrier did not reach the target in time', when: (f) => f.source?.role === 'primary' && adoptable(f, f.source) && overdue(f) && !fenced(f, f.target), action: 'turn_back' },
  { id: 'F-340', because: 'a ledger cannot be reached just now', when: (f) => f.source === undefined || f.target === undefined, action: 'wait' },
  { id: 'F-345', because: 'a ledger carries a fence of another timeline; once patience is over the other one settles this', when: (f) => !overdue(f) && (!adoptable(f, f.source) || !adoptable(f, f.target)), action: 'wait' },
  { id: 'F-350', because: 'a ledger carries a fence of another timeline', when: (f) => !adoptable(f, f.source) || !adoptable(f, f.target), action: 'refuse' },
  { id: 'F-360', because: 'the source still takes postings', when: (f) => f.source?.role === 'primary' && !fenced(f, f.source), action: 'raise_source_fence' },
  { id: 'F-365', because: 'nobody is primary, and the drain barrier did not reach the target in time', when: (f) => f.source?.role === 'standby' && overdue(f) && !fenced(f, f.target), action: 'take_over' },
  { id: 'F-370', because: 'the drain barrier is on its way to the target', when: (f) => !fenced(f, f.target), action: 'wait' },
  { id: 'F-380', because: 'the target holds the drain barrier, so it holds everything', when: (f) => f.source?.role === 'primary' && f.target?.role === 'standby' && !overdue(f), action: 'switch_over' },
  { id: 'F-390', because: 'the roles are being swapped', when: (f) => !overdue(f), action: 'wait' },
  { id: 'F-395', because: 'the swap was not made in time; the target holds the drain barrier and can be promoted alone', when: () => true, action: 'take_over' },
];

const settled: readonly MoveRow[] = [
  { id: 'F-410', because: 'open and healed', when: (f) => f.record.healedAt !== undefined, action: 'done' },
  { id: 'F-420', because: 'open; the journal is being replayed', when: () => true, action: 'heal' },
];

export const moveTables: Readonly<Record<string, readonly MoveRow[]>> = { preflight: preflight, failover: failover, planned: planned, settled: settled };

const tableFor = (f: MoveFacts): readonly MoveRow[] => {
  if (!isMine(f)) return preflight;
  if (isOpen(f)) return settled;
  return f.record.kind === 'failover' ? failover : planned;
};

/** The next step of a move. Total: every state of the facts has a row. */
export function nextMoveStep(facts: MoveFacts): MoveStep {
  const row = tableFor(facts).find((candidate) => candidate.when(facts));
  assert(row !== undefined, 'every move table ends in a row that always matches');
  return { row: row.id, action: row.action, because: row.because };
}

