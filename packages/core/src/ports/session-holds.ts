import type { TransactionId } from '../domain/payment/payment.ts';
import type { SessionHold, SessionKey } from '../domain/session/session.ts';
import type { EpochMs } from '../domain/time.ts';

export interface NewHold extends SessionHold {
  /** When the session ends: a hold is of no use after that. */
  readonly expiresAt: EpochMs;
}

/**
 * Who may pay a session, strongly consistent across regions, beside the journal. A hold is never given up, only taken
 * over; one whose session ended long ago is removed by HoldUpkeep. Every method may throw a PortFault of port `journal`; a write's outcome is then unknown and it may be repeated.
 * Each write tells the hold that stands after it, so that a repeat sees whether its first attempt worked.
 */
export interface SessionHolds {
  /** Takes the session if nobody holds it. */
  take(key: SessionKey, hold: NewHold): Promise<SessionHold>;
  /** Takes the session if the payment `from` holds it. */
  takeOver(key: SessionKey, from: TransactionId, hold: NewHold): Promise<SessionHold>;
  /** Strong. Undefined only when certainly nobody holds it. */
  read(key: SessionKey): Promise<SessionHold | undefined>;
}
