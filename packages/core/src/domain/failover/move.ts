// A move of the active role: what is asked for, and what is known when the next step is chosen.
import type { Epoch, EpochRecord, MoveKind } from '../region/epoch.ts';
import type { Region } from '../region/region.ts';
import type { EpochMs } from '../time.ts';

export interface MoveRequest {
  readonly to: Region;
  readonly kind: MoveKind;
  readonly runId: string;
  /** The epoch this was decided under: an orchestrator that slept through a later move must not begin another. */
  readonly fromEpoch: Epoch;
  readonly by: string;
  readonly reason: string;
}

/** One ledger server as seen from here; undefined when it cannot be reached. */
export interface LedgerFacts {
  readonly role: 'primary' | 'standby';
  readonly fence: Epoch;
  readonly engineVersion: string;
  readonly lagMs?: number;
}

export interface MoveFacts {
  readonly request: MoveRequest;
  readonly record: EpochRecord;
  readonly now: EpochMs;
  readonly target: LedgerFacts | undefined;
  readonly source: LedgerFacts | undefined;
  readonly policy: MovePolicy;
}

export interface MovePolicy {
  /** How long a planned move waits for its source or its barrier before it is given up. */
  readonly plannedPatienceMs: number;
  /** A planned move is not begun while the target lags more than this. */
  readonly plannedLagMaxMs: number;
}

export type MoveAction =
  | 'done' | 'refuse' | 'wait'
  /** Compare-and-set {E+1, to, moving}. */
  | 'claim'
  /** Ask the database service to promote the target as it is. */
  | 'promote'
  /** Raise the fence of the target / of the source (the drain barrier of a planned move). */
  | 'raise_target_fence' | 'raise_source_fence'
  | 'switch_over'
  /** Compare-and-set {open, ledgerEpoch: E}. */
  | 'open'
  /** Bring what the ledger lost back from the journal, and say so once nothing is missing. */
  | 'heal'
  /** A planned move whose source died: claim E+1 for the same target as a failover. */
  | 'take_over'
  /** A planned move that cannot drain: claim E+1 back for the source. */
  | 'turn_back';

export interface MoveStep {
  readonly row: string;
  readonly action: MoveAction;
  readonly because: string;
}
