/** What `GET /twin/state` answers, and what stands in its stream of events. All times are epoch milliseconds. */
import type { Epoch, MoveKind, Region, Vantage } from '@understudy/core';

/** Dependencies of a region that `POST /twin/regions/R/services/S` can break. */
export const services = ['dynamodb', 'dynamodb-peer', 'index', 'sqs', 'ledger', 'acquirer', 'replication', 'sessions-replication', 'bucket', 'bucket-replication'] as const;
export type Service = (typeof services)[number];

export type LedgerRole = 'primary' | 'standby' | 'down';

export interface ServiceFault {
  readonly fail: boolean;
  readonly delayMs?: number | undefined;
  /** Bytes that vanish while connections stay open; `replies`: done, but the answer is lost. */
  readonly drop?: 'requests' | 'replies' | 'both' | undefined;
}

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly dead: number;
}

export interface RegionState {
  readonly up: boolean;
  readonly isolated: boolean;
  /** What the resolver's health checks say. */
  readonly healthy: boolean;
  readonly ledger: { readonly role: LedgerRole; readonly fence?: Epoch; readonly lagMs?: number };
  readonly queue: QueueCounts;
  /** Only those that are broken. */
  readonly services: Readonly<Partial<Record<Service, ServiceFault>>>;
}

/** One step of a move, as it was written down. */
export interface MoveStepTaken {
  readonly at: number;
  readonly row: string;
  readonly because: string;
  readonly detail?: string;
}

export interface MoveState {
  readonly runId: string;
  readonly kind: MoveKind;
  readonly from: Region;
  readonly to: Region;
  readonly phase: 'moving' | 'healing';
  readonly startedAt: number;
  /** When settlement was possible again; absent while moving. */
  readonly openedAt?: number;
  /** From the kill or the isolation that led to it, when there was one. */
  readonly lostAt?: number;
  readonly steps?: readonly MoveStepTaken[];
}

/** What a detector or an orchestrator would do now, by its own table. */
export interface Decision {
  readonly by: Vantage;
  readonly as: 'detector' | 'orchestrator';
  /** The row of the table, such as `D-90` or `F-40`. */
  readonly row: string;
  readonly action: string;
  readonly because: string;
  readonly at: number;
}

/** Rows of a former primary that its successor did not receive by replication. */
export interface LostTail {
  readonly lost: number;
  /** Of those, how many the journal has brought back by now. */
  readonly restored: number;
}

export interface MoveReport extends Omit<MoveState, 'phase' | 'steps' | 'openedAt'> {
  readonly epoch: Epoch;
  readonly reason: string;
  readonly by: string;
  readonly openedAt: number;
  readonly healedAt: number;
  readonly phases: { readonly detectMs?: number; readonly moveMs: number; readonly healMs: number };
  /** Counted when the former primary came back. */
  readonly lostRows?: LostTail;
  readonly steps: readonly MoveStepTaken[];
}

export interface TwinState {
  readonly epoch: { readonly epoch: Epoch; readonly activeRegion: Region; readonly phase: 'open' | 'moving'; readonly healed: boolean } | null;
  readonly resolver: { readonly region: string; readonly since: number };
  readonly regions: Readonly<Record<Region, RegionState>>;
  readonly witness: { readonly up: boolean };
  readonly failover: MoveState | null;
  readonly last?: MoveReport;
  /** The active region was killed or cut off then, and no other has taken over yet. */
  readonly outage?: { readonly region: Region; readonly at: number };
  /** Whoever acts first stands first. */
  readonly decisions?: readonly Decision[];
  /** Payments that nobody tries again by itself. `complete`: there may be more. Null until they were counted. */
  readonly setAside?: { readonly count: number; readonly complete: boolean } | null;
}

/** One thing that happened. */
export interface TwinEvent {
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly [field: string]: unknown;
}
