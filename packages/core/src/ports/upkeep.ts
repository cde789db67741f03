import type { PaymentKey, TransactionId } from '../domain/payment/payment.ts';
import type { SessionKey } from '../domain/session/session.ts';
import type { EpochMs } from '../domain/time.ts';

/**
 * What is done to payments of the journal outside their own life, each by one conditional write that may be repeated.
 * Throws PortFault of port `journal`; the outcome is then unknown.
 */
export interface Upkeep {
  /** Takes the quarantine away, so that the payment is tried once more. False: it is not set aside, or there is none. */
  release(key: PaymentKey): Promise<boolean>;
  /**
   * Reduces a payment accepted before `acceptedBefore` to its tombstone, if it is decided, posted and not in work.
   * False: it is none of these, or is one already. Which payment is old enough is the caller's to judge.
   */
  purge(key: PaymentKey, by: { readonly at: EpochMs; readonly acceptedBefore: EpochMs }): Promise<boolean>;
}

/** Throws PortFault of port `journal`; the outcome is then unknown, and it may be repeated. */
export interface HoldUpkeep {
  /** Removes the hold of a session that ended before `endedBefore`, if `holder` holds it. False: it is another's, of a younger session, or gone. */
  remove(key: SessionKey, of: { readonly holder: TransactionId; readonly endedBefore: EpochMs }): Promise<boolean>;
}

/** A place in a long walk, by the walk's name, so that the next pass goes on where the last one ended. Losing it costs a walk from the start. */
export interface Bookmarks {
  read(name: string): Promise<string | undefined>;
  /** Undefined: the walk came to its end. */
  write(name: string, place: string | undefined): Promise<void>;
}
