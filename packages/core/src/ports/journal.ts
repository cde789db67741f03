import type { Acceptance, Decision, DecidedPayment, Payment, PaymentKey, Quarantine } from '../domain/payment/payment.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import type { Region } from '../domain/region/region.ts';
import type { RefundId } from '../domain/refund/refund.ts';
import type { EpochMs } from '../domain/time.ts';

export interface PostedMark {
  readonly epoch: Epoch;
  readonly at: EpochMs;
  readonly region: Region;
  /** The payment's own, as accepted: it places the payment in the work index. */
  readonly acceptedAt: EpochMs;
  /** Those whose rows stand in the same ledger; none when absent. */
  readonly refunds?: readonly RefundId[];
}

/**
 * The truth about what was accepted and decided: one item per payment, strongly consistent across regions.
 * Every method may throw a PortFault of port `journal`; a write's outcome is then unknown and the same
 * write may be repeated, because each is conditional and idempotent.
 */
export interface Journal {
  /** Puts the payment if its id is free, in work and with posted epoch 0; else gives what stands there (strongly read). */
  accept(key: PaymentKey, acceptance: Acceptance): Promise<{ readonly code: 'created' } | { readonly code: 'exists'; readonly payment: Payment }>;
  /** Strong read. Undefined only when there certainly is no such payment. */
  read(key: PaymentKey): Promise<Payment | undefined>;
  /**
   * Sets the decision of an accepted payment if none is set, and clears its quarantine. `won` is true when the stored
   * decision is the one given, which includes a repeat whose first answer was lost. Undefined: no such payment.
   */
  decide(key: PaymentKey, decision: Decision): Promise<{ readonly won: boolean; readonly payment: DecidedPayment } | undefined>;
  /** Spends an id that was never seen with a `cancelled` decision (no acceptance, not in work); else gives what stands there. */
  spend(key: PaymentKey, decision: Decision): Promise<{ readonly code: 'spent' } | { readonly code: 'exists'; readonly payment: Payment }>;
  /**
   * Raises posted_epoch to `mark.epoch` where it is lower, and places the payment there in the index, if the mark names
   * all refunds that it has; sets settledAt and settledRegion only the first time. Never lowers anything. The refunds
   * named are told from then on in any case, unless the mark is of an older epoch. False: the payment has other refunds
   * than those named, which somebody must come back for.
   */
  markPosted(key: PaymentKey, mark: PostedMark): Promise<boolean>;
  /**
   * Takes the payment out of work if it is decided, its posted epoch is exactly `epoch`, it was marked since its last
   * refund and has exactly `refunds` of them, 0 when absent. False when it was not (or no longer in work).
   */
  confirm(key: PaymentKey, epoch: Epoch, refunds?: number): Promise<boolean>;
  /** Counts one fault of the payment itself and, when given, sets it aside, unless it is decided and posted. */
  recordFault(key: PaymentKey, quarantine: Quarantine | undefined): Promise<void>;
}
