// A payment as the journal holds it. The acceptance never changes; the decision is set once;
// posted_epoch only grows. Everything else about a payment is derived from these three.
import type { Brand } from '../../support/brand.ts';
import type { Money } from '../money/money.ts';
import type { Epoch } from '../region/epoch.ts';
import type { Refund } from '../refund/refund.ts';
import type { Region } from '../region/region.ts';
import type { BusinessDate, EpochMs } from '../time.ts';

export type MerchantId = Brand<string, 'MerchantId'>;
export type TransactionId = Brand<string, 'TransactionId'>;
export type CustomerId = Brand<string, 'CustomerId'>;

export const merchantId = (value: string): MerchantId => value as MerchantId;
export const transactionId = (value: string): TransactionId => value as TransactionId;
export const customerId = (value: string): CustomerId => value as CustomerId;

/** Names a payment: ids of two merchants never meet. */
export interface PaymentKey {
  readonly merchantId: MerchantId;
  readonly transactionId: TransactionId;
}

/** One text per payment, for maps and for the acquirer's key. Neither part may contain `#`. */
export const keyText = (key: PaymentKey): string => `${key.merchantId}#${key.transactionId}`;

export type Outcome = 'processed' | 'failed' | 'cancelled';

/** What became of a payment. Written once; every ledger row, answer and notice is made from it. */
export interface Decision {
  readonly outcome: Outcome;
  /** The acquirer's own name of the charge, when one was made. */
  readonly acquirerReference?: string;
  /** Why not: the acquirer's decline code, `expired` or `cancelled`. */
  readonly code?: string;
  readonly decidedAt: EpochMs;
  readonly businessDate: BusinessDate;
}

/** Whether what stands is what was given: then a write whose answer was lost was ours. A refund's decision compares alike. */
export const sameDecision = (a: Decision, b: Decision): boolean =>
  a.outcome === b.outcome && a.acquirerReference === b.acquirerReference && a.code === b.code && a.decidedAt === b.decidedAt && a.businessDate === b.businessDate;

/** Set aside for a person: a fault of the payment itself, not of the world. Not a decision. */
export interface Quarantine {
  readonly reason: string;
  readonly at: EpochMs;
  /** The epoch that gave up; each new epoch tries once more. */
  readonly epoch: Epoch;
}

export interface Acceptance {
  readonly customerId: CustomerId;
  readonly amount: Money;
  /** An opaque name of how it is paid, never a card number. */
  readonly paymentMethod?: string;
  readonly sessionId?: string;
  /** SHA-256 over the canonical request without the payment method. */
  readonly fingerprint: string;
  readonly acceptedAt: EpochMs;
  readonly acceptedRegion: Region;
  /** Not charged by then: looked up, then failed as `expired`, so an outage never charges hours later. */
  readonly settleBefore: EpochMs;
  /** False for test keys: never reaches a live acquirer. */
  readonly live: boolean;
}

/** What is left of an acceptance after its payment was purged: enough to answer a repeat, and to never charge again. */
export interface Tombstone extends Pick<Acceptance, 'fingerprint' | 'acceptedAt' | 'acceptedRegion' | 'live'> {
  readonly purgedAt: EpochMs;
}

export interface Payment extends PaymentKey {
  /** Absent for an id that was cancelled before it was ever seen, and for a payment that was purged. */
  readonly acceptance?: Acceptance;
  /** Instead of an acceptance, once the payment was purged. Its decision stays. */
  readonly tombstone?: Tombstone;
  readonly decision?: Decision;
  /** The epoch whose ledger holds its row; 0 at first. Only grows. */
  readonly postedEpoch: Epoch;
  readonly settledAt?: EpochMs;
  readonly settledRegion?: Region;
  /** True until the standby confirms that it holds this payment's row. */
  readonly inWork: boolean;
  /** Faults of the payment itself so far. */
  readonly attempts: number;
  readonly quarantine?: Quarantine;
  /** In the order of their acceptance; absent when there is none. */
  readonly refunds?: readonly Refund[];
}

export type AcceptedPayment = Payment & { readonly acceptance: Acceptance };
export type DecidedPayment = AcceptedPayment & { readonly decision: Decision };

/** Accepted at some time, purged or not; anything but an id that was spent. */
export type KnownPayment = Payment & ({ readonly acceptance: Acceptance } | { readonly tombstone: Tombstone });

export const isKnown = (payment: Payment): payment is KnownPayment => payment.acceptance !== undefined || payment.tombstone !== undefined;

/** When, where and in which mode it was accepted: what a purge leaves. */
export const acceptedOf = (payment: KnownPayment): Omit<Tombstone, 'purgedAt'> => (payment.acceptance ?? payment.tombstone) as Omit<Tombstone, 'purgedAt'>;

export const isDecided = (payment: Payment): payment is DecidedPayment => payment.acceptance !== undefined && payment.decision !== undefined;

export type PaymentStatus = 'accepted' | Outcome | 'quarantined';

/**
 * What anyone may be told. An outcome is told once it stands in the books (`postedEpoch` above 0);
 * a cancellation as soon as it is decided, because nothing can undo it.
 */
export function statusOf(payment: Payment): PaymentStatus {
  if (payment.decision?.outcome === 'cancelled') return 'cancelled';
  if (payment.decision && payment.postedEpoch > 0) return payment.decision.outcome;
  return payment.quarantine ? 'quarantined' : 'accepted';
}
