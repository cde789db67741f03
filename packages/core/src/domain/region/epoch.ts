// The epoch record: the single fact that says who settles. It is changed only by compare-and-set on
// (epoch, phase) and only forward, so that at most one region ever settles under an epoch.
import type { Brand } from '../../support/brand.ts';
import { assert } from '../../support/assert.ts';
import type { EpochMs } from '../time.ts';
import type { Region } from './region.ts';

/** A number that grows with every move of the active role; carried by every posting and by the ledger's fence. */
export type Epoch = Brand<number, 'Epoch'>;

export const epochOf = (value: number): Epoch => {
  assert(Number.isSafeInteger(value) && value >= 0, 'an epoch is a whole number, 0 or more');
  return value as Epoch;
};

export const nextEpoch = (epoch: Epoch): Epoch => epochOf(epoch + 1);

export type Phase = 'open' | 'moving';

/** `planned` waits for the old primary to drain; `failover` takes what the standby has. */
export type MoveKind = 'failover' | 'planned';

export interface EpochRecord {
  readonly epoch: Epoch;
  /** The only region that may settle, and only while `phase` is `open`. */
  readonly activeRegion: Region;
  readonly phase: Phase;
  readonly kind: MoveKind;
  /** Names the move that made this record: a refused compare-and-set whose stored run is mine was my success. */
  readonly runId: string;
  /** The fence of the ledger that settled last: only a server that carries it may become primary. */
  readonly ledgerEpoch: Epoch;
  readonly reason: string;
  readonly by: string;
  /** When this phase began. For people and for grace periods; correctness never reads it. */
  readonly at: EpochMs;
  /** Set once everything from before the move is in the surviving ledger. */
  readonly healedAt?: EpochMs;
}

/** The record a new installation starts with. */
export const firstEpochRecord = (activeRegion: Region, at: EpochMs): EpochRecord => ({
  epoch: epochOf(1),
  activeRegion,
  phase: 'open',
  kind: 'planned',
  runId: 'installation',
  ledgerEpoch: epochOf(1),
  reason: 'first start',
  by: 'installation',
  at,
  healedAt: at,
});

/** Whether `region` may settle under this record. */
export const maySettle = (record: EpochRecord, region: Region): boolean =>
  record.activeRegion === region && record.phase === 'open';
