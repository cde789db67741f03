// A refund as its payment's journal item holds it: money given back of one payment, under an id of its own. The
// acceptance never changes and the decision is set once, as for a payment; what is not failed counts against the charge.
import type { Brand } from '../../support/brand.ts';
import { minorUnits } from '../money/money.ts';
import type { MinorUnits } from '../money/money.ts';
import type { DecidedPayment, Payment } from '../payment/payment.ts';
import type { Region } from '../region/region.ts';
import type { BusinessDate, EpochMs } from '../time.ts';

/** Unique within its payment. */
export type RefundId = Brand<string, 'RefundId'>;

export const refundId = (value: string): RefundId => value as RefundId;

export type RefundOutcome = 'processed' | 'failed';

/** What became of a refund. Written once; its ledger row, answer and notice are made from it. */
export interface RefundDecision {
  readonly outcome: RefundOutcome;
  /** The acquirer's own name of the refund, when one was made or declined. */
  readonly acquirerReference?: string;
  /** Why not: the acquirer's code. */
  readonly code?: string;
  readonly decidedAt: EpochMs;
  readonly businessDate: BusinessDate;
}

export interface RefundAcceptance {
  readonly refundId: RefundId;
  /** In the currency of its payment. */
  readonly amountMinor: MinorUnits;
  readonly acceptedAt: EpochMs;
  readonly acceptedRegion: Region;
}

/** Whether what stands under an id is what was to be accepted: then a write whose answer was lost was ours. */
export const sameRefund = (a: RefundAcceptance, b: RefundAcceptance): boolean =>
  a.amountMinor === b.amountMinor && a.acceptedAt === b.acceptedAt && a.acceptedRegion === b.acceptedRegion;

export interface Refund extends RefundAcceptance {
  readonly decision?: RefundDecision;
  /** Its row stood in the books of some epoch: from then on its outcome is told, and never changes. */
  readonly posted: boolean;
}

export type DecidedRefund = Refund & { readonly decision: RefundDecision };

export type RefundStatus = 'accepted' | RefundOutcome;

/** What anyone may be told: an outcome only once it stands in the books. */
export const refundStatusOf = (refund: Refund): RefundStatus => (refund.decision && refund.posted ? refund.decision.outcome : 'accepted');

export const isDecidedRefund = (refund: Refund): refund is DecidedRefund => refund.decision !== undefined;

/** Bounds the journal item, and the one transaction in which all refunds of a payment are posted. */
export const REFUNDS_MAX = 100;

/** In the order of their acceptance. */
export const refundsOf = (payment: Payment): readonly Refund[] => payment.refunds ?? [];

export const decidedRefundsOf = (payment: Payment): readonly DecidedRefund[] => refundsOf(payment).filter(isDecidedRefund);

/** Given back, or about to be: a refund that failed has returned its part. */
export const refundedMinor = (payment: Payment): MinorUnits =>
  minorUnits(refundsOf(payment).reduce((sum, refund) => (refund.decision?.outcome === 'failed' ? sum : sum + refund.amountMinor), 0n));

/** Somebody has still to decide, post or mark a refund of it. */
export const hasWaitingRefund = (payment: Payment): boolean => refundsOf(payment).some((refund) => !refund.posted);

/** A payment that was charged, and whose outcome is told: only from then on is there something to give back. */
export const isRefundable = (payment: Payment): payment is DecidedPayment =>
  payment.acceptance !== undefined && payment.decision?.outcome === 'processed' && payment.postedEpoch > 0;
