/**
 * What would be done now, and why, by the tables that decide it: the orchestrator's while a move is not at its end, and what
 * each detector last made of its own. Invariant: told, never acted upon; nothing here is a second opinion.
 */
import { nextMoveStep, peerOf } from '@understudy/core';
import type { EpochMs, EpochRecord, LedgerStatus, MovePolicy, Region, Vantage } from '@understudy/core';
import type { Decision } from '@understudy/console/contract';

/** What a detector answered when it last ran. */
export type Detected = Omit<Decision, 'as' | 'by'>;

export interface DecisionFacts {
  readonly now: number;
  readonly record: EpochRecord | undefined;
  readonly ledger: (region: Region) => LedgerStatus | undefined;
  readonly detected: ReadonlyMap<Vantage, Detected>;
  readonly policy: MovePolicy;
}

/** Who can act stands first: the orchestrator, then the detector of the region that would take over. */
export function decisionsNow(facts: DecisionFacts): readonly Decision[] {
  const { record, detected } = facts;
  const detectors = [...detected].map(([by, detection]): Decision => ({ by, as: 'detector', ...detection }));
  if (!record) return detectors;
  const rank = ({ by }: Decision): number => [peerOf(record.activeRegion), record.activeRegion].indexOf(by as Region) >>> 0;
  const sorted = detectors.sort((a, b) => rank(a) - rank(b));
  return record.healedAt === undefined ? [orchestratorNow(facts, record), ...sorted] : sorted;
}

/** As the orchestrator of the move in the record would decide if it looked now. */
function orchestratorNow({ now, ledger, policy }: DecisionFacts, record: EpochRecord): Decision {
  const to = record.activeRegion;
  const { row, action, because } = nextMoveStep({
    request: { to, kind: record.kind, runId: record.runId, fromEpoch: record.epoch, by: record.by, reason: record.reason },
    record, now: now as EpochMs, target: ledger(to), source: ledger(peerOf(to)), policy,
  });
  return { by: to, as: 'orchestrator', row, action, because, at: now };
}
