import type { LedgerEvent } from '../domain/event/ledger-event.ts';
import type { MerchantId, PaymentKey } from '../domain/payment/payment.ts';
import type { EpochMs } from '../domain/time.ts';

/** One event for one target, claimed until `leaseUntil`. */
export interface Delivery {
  readonly id: string;
  readonly event: LedgerEvent;
  readonly target: string;
  /** Failed tries so far. */
  readonly failures: number;
  /** Whoever finds it due after this may claim it anew; it also names the claim. */
  readonly leaseUntil: EpochMs;
}

/** `answer`: what the target said, in a few words and never its body. */
export type DeliveryOutcome =
  | { readonly code: 'told'; readonly at: EpochMs; readonly answer: string }
  | { readonly code: 'failed'; readonly at: EpochMs; readonly answer: string; readonly nextTryAt: EpochMs }
  /** Given up. */
  | { readonly code: 'dead'; readonly at: EpochMs; readonly answer: string };

export interface DeliveryState {
  readonly id: string;
  readonly event: LedgerEvent;
  readonly target: string;
  readonly failures: number;
  /** Still to be told, from then on. */
  readonly dueAt?: EpochMs;
  readonly toldAt?: EpochMs;
  readonly deadAt?: EpochMs;
  readonly lastAnswer?: string;
  readonly answeredAt?: EpochMs;
}

export interface ClaimQuery {
  readonly now: EpochMs;
  readonly leaseMs: number;
  readonly limit: number;
  /** At most so many for one target, so that none holds up the others. */
  readonly perTarget: number;
  /** Of these payments only, and of no target that still owes an answer to an earlier failure. */
  readonly keys?: readonly PaymentKey[];
  /** Not for these targets. */
  readonly except?: ReadonlySet<string>;
}

export interface UnaddressedQuery {
  readonly limit: number;
  /** Of these payments only. */
  readonly keys?: readonly PaymentKey[];
  /** Not of these merchants. */
  readonly except?: ReadonlySet<MerchantId>;
}

/** Of which deliveries: by id, all of some payments, or all that were given up. */
export type Redelivery = { readonly id: string } | { readonly deadOf: readonly PaymentKey[] } | { readonly allDead: true };

/**
 * What this region's ledger has to tell, and how far that has come. It goes the way of its ledger: after a failover it
 * may have forgotten that something was told, never that it has to be. What was told long ago is forgotten on purpose. Throws PortFault of port `ledger`; every call
 * may be repeated.
 */
export interface Outbox {
  /** The oldest events whose targets are not chosen yet. */
  unaddressed(query: UnaddressedQuery): Promise<readonly LedgerEvent[]>;
  /** Makes a delivery for each target, due at once. An event is addressed once: what came first stands. One that these books do not hold is passed over. */
  address(addressed: readonly { readonly event: LedgerEvent; readonly targets: readonly string[] }[], at: EpochMs): Promise<void>;
  /** Takes what is due, the longest due first; nobody else gets it before `leaseMs` have passed. */
  claim(query: ClaimQuery): Promise<readonly Delivery[]>;
  /** Notes what became of a claim. A failure counts only while the claim is the latest; what was told stays told. A claim made in books that were lost changes nothing. */
  record(delivery: Delivery, outcome: DeliveryOutcome): Promise<void>;
  /** The latest first. */
  list(query: { readonly state: 'dead' | 'pending' | 'told'; readonly limit: number }): Promise<readonly DeliveryState[]>;
  /** Makes them due, with all their tries before them. How many there were. */
  redeliver(which: Redelivery, at: EpochMs): Promise<number>;
  /** Removes deliveries told before then, which is weeks ago; their events stay, so that they are not addressed anew. How many there were: `limit` says that there may be more. */
  forget(told: { readonly before: EpochMs; readonly limit: number }): Promise<number>;
}
