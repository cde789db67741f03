import type { TransactionId } from '../domain/payment/payment.ts';
import type { SessionClaim, SessionKey } from '../domain/session/session.ts';
import type { EpochMs } from '../domain/time.ts';

export interface NewClaim extends SessionClaim {
  /** When the session ends: a claim is of no use long after that. */
  readonly expiresAt: EpochMs;
}

/**
 * Who may pay a session, strongly consistent across regions, beside the journal. A claim is never given up, only taken
 * over. Every method may throw a PortFault of port `journal`; a write's outcome is then unknown and it may be repeated.
 * Each write tells the claim that stands after it, so that a repeat sees whether its first attempt worked.
 */
export interface SessionClaims {
  /** Claims the session if nobody has. */
  take(key: SessionKey, claim: NewClaim): Promise<SessionClaim>;
  /** Claims the session if the payment `from` has it. */
  takeOver(key: SessionKey, from: TransactionId, claim: NewClaim): Promise<SessionClaim>;
  /** Strong. Undefined only when there certainly is no claim. */
  read(key: SessionKey): Promise<SessionClaim | undefined>;
}
