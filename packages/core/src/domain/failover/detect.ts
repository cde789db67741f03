// When to move by itself, as a table: the first row that matches decides. Judged is the active region's
// ability to settle. A lost DynamoDB endpoint, a 429 or an exhausted concurrency are answers, and a region
// that answers is not lost. One witness is never enough: a wrong move costs more than a late one.
import { assert } from '../../support/assert.ts';
import type { EpochRecord } from '../region/epoch.ts';
import { peerOf, witnessRegion } from '../region/region.ts';
import type { Region, Vantage } from '../region/region.ts';
import type { EpochMs } from '../time.ts';

/** One detector's view of the active region. */
export interface View {
  readonly vantage: Vantage;
  readonly at: EpochMs;
  readonly failures: number;
  readonly failingSince?: EpochMs;
  readonly critical?: string;
}

export interface DetectPolicy {
  readonly mode: 'automatic' | 'approval';
  /** Consecutive failed probes before a view counts. */
  readonly failuresMin: number;
  /** How long they must have lasted, from the first to the last: a cut shorter than this moves nothing. */
  readonly dwellMs: number;
  /** A view older than this is silence; so is one from further ahead, by a clock that would keep it fresh for that long. */
  readonly viewFreshMs: number;
  /** Oldest unposted payment, above which settlement has stalled. */
  readonly stallMs: number;
  /** A move whose phase is older than this has lost whoever carried it out; ten times as long while it heals. */
  readonly resumeAfterMs: number;
}

/** Those of AWS: longer than the partitions that pass by themselves (decision 0027), well below what a person would need. */
export const defaultDetectPolicy: Omit<DetectPolicy, 'mode'> = { failuresMin: 3, dwellMs: 60_000, viewFreshMs: 45_000, stallMs: 120_000, resumeAfterMs: 60_000 };

export interface DetectFacts {
  readonly me: Vantage;
  readonly now: EpochMs;
  readonly record: EpochRecord;
  readonly mine: View;
  readonly others: readonly View[];
  /** Of the oldest payment not in the books, as this region's index shows it; undefined when unread or none. */
  readonly oldestUnpostedAgeMs: number | undefined;
  /** Whether this region's own ledger could take over now. */
  readonly ableToTakeOver: boolean;
  readonly policy: DetectPolicy;
}

export type DetectAction = 'none' | 'alert' | 'ask_approval' | 'fail_over' | 'resume';

export interface Detection {
  readonly row: string;
  readonly action: DetectAction;
  readonly because: string;
}

interface Row extends Omit<Detection, 'row'> {
  readonly id: string;
  readonly when: (facts: DetectFacts) => boolean;
}

/** By what was seen, not by how long ago: time that passed after the last look is no failure. */
const lost = (f: DetectFacts, view: View | undefined): boolean =>
  view !== undefined && view.failures >= f.policy.failuresMin && view.failingSince !== undefined && view.at - view.failingSince >= f.policy.dwellMs;
/** Judged by another clock than the one it was written by, so both ways. */
export const isFresh = (view: View, now: EpochMs, policy: DetectPolicy): boolean => Math.abs(now - view.at) <= policy.viewFreshMs;
const viewOf = (f: DetectFacts, vantage: Vantage): View | undefined => f.others.find((view) => view.vantage === vantage && isFresh(view, f.now, f.policy));
const witness = (f: DetectFacts): View | undefined => viewOf(f, witnessRegion);
const activeItself = (f: DetectFacts): View | undefined => viewOf(f, f.record.activeRegion);
const stalled = (f: DetectFacts): boolean => (f.oldestUnpostedAgeMs ?? 0) > f.policy.stallMs;
/** Two independent views that the active region is gone or cannot settle. */
const twoVotes = (f: DetectFacts): boolean =>
  (lost(f, f.mine) && (lost(f, witness(f)) || (witness(f) === undefined && activeItself(f)?.critical !== undefined))) ||
  (stalled(f) && activeItself(f)?.critical !== undefined);

const phaseAgeMs = (f: DetectFacts): number => f.now - f.record.at;
/** Healing takes as long as the backlog does; a second orchestrator beside the first would only repeat its passes. */
export const HEALING_PATIENCE = 10;

export const detectTable: readonly Row[] = [
  { id: 'D-10', because: 'a move to this region has stopped half-way', action: 'resume', when: (f) => f.record.activeRegion === f.me && f.record.phase === 'moving' && phaseAgeMs(f) > f.policy.resumeAfterMs },
  { id: 'D-15', because: 'nobody has said yet that the move to this region is healed', action: 'resume', when: (f) => f.record.activeRegion === f.me && f.record.phase === 'open' && f.record.healedAt === undefined && phaseAgeMs(f) > HEALING_PATIENCE * f.policy.resumeAfterMs },
  { id: 'D-20', because: 'this region is the active one and only reports on itself', action: 'none', when: (f) => f.record.activeRegion === f.me },
  { id: 'D-30', because: 'the witness only votes', action: 'none', when: (f) => f.me === witnessRegion },
  { id: 'D-40', because: 'two votes say that the active region is lost, but this region\'s ledger cannot take over', action: 'alert', when: (f) => twoVotes(f) && !f.ableToTakeOver },
  { id: 'D-50', because: 'two votes say that the active region is lost; the policy asks a person', action: 'ask_approval', when: (f) => twoVotes(f) && f.policy.mode === 'approval' },
  { id: 'D-60', because: 'two votes say that the active region is lost', action: 'fail_over', when: (f) => twoVotes(f) },
  { id: 'D-70', because: 'the active region cannot be reached from here, and nobody else confirms it', action: 'alert', when: (f) => lost(f, f.mine) },
  { id: 'D-80', because: 'payments wait too long for settlement, and the active region does not say that it cannot settle', action: 'alert', when: stalled },
  { id: 'D-90', because: 'probes of the active region are failing; not yet for long enough', action: 'none', when: (f) => f.mine.failures > 0 },
  { id: 'D-100', because: 'the active region answers and settles', action: 'none', when: () => true },
];

/** What a detector last told operators, and when. */
export interface Raised {
  readonly row: string;
  readonly at: EpochMs;
}

/** Often enough for who came on call meanwhile, seldom enough to be read. */
export const RAISE_AGAIN_MS = 3_600_000;

/** Operators are told when a cause begins, and hourly while it stands. A clock that was set back tells once more. */
export const isToRaise = (row: string, now: EpochMs, last: Raised | undefined): boolean =>
  last?.row !== row || now - last.at >= RAISE_AGAIN_MS || now < last.at;

/** What the detector in `facts.me` would do now, and why. */
export function detect(facts: DetectFacts): Detection {
  const row = detectTable.find((candidate) => candidate.when(facts));
  assert(row !== undefined, 'the detection table ends in a row that always matches');
  return { row: row.id, action: row.action, because: row.because };
}

/** Where the active role would go: the only other region. */
export const takeOverRegion = (record: EpochRecord): Region => peerOf(record.activeRegion);
