// A checkout session: what a merchant asks one customer to pay once, and what can be said about it. Nothing here says
// that a session is paid: that follows from the payment that holds it, so there is no second truth to keep in step.
import type { Brand } from '../../support/brand.ts';
import type { Money } from '../money/money.ts';
import { statusOf } from '../payment/payment.ts';
import type { CustomerId, MerchantId, Payment, TransactionId } from '../payment/payment.ts';
import type { EpochMs } from '../time.ts';

export type SessionId = Brand<string, 'SessionId'>;

export const sessionId = (value: string): SessionId => value as SessionId;

/** Names a session: ids of two merchants never meet. */
export interface SessionKey {
  readonly merchantId: MerchantId;
  readonly sessionId: SessionId;
}

export interface Session extends SessionKey {
  readonly customerId: CustomerId;
  readonly amount: Money;
  readonly expiresAt: EpochMs;
  /** False for a session of a test key: only a test key pays it. */
  readonly live: boolean;
}

/** Who may pay a session: the first payment that asked, until that payment can never be charged any more. */
export interface SessionHold {
  readonly transactionId: TransactionId;
  readonly at: EpochMs;
}

export type SessionStatus = 'open' | 'paid' | 'expired';

/**
 * What the payment that holds a session means for it. `unseen`: it was not accepted so far.
 * `free`: whatever happens, this payment will never be charged for this session.
 */
export type Holding = 'unseen' | 'held' | 'paid' | 'free';

export function holdingOf(payment: Payment | undefined, session: SessionId): Holding {
  if (!payment) return 'unseen';
  // Accepted for something else. An acceptance never changes.
  if (payment.acceptance && payment.acceptance.sessionId !== session) return 'free';
  if (payment.decision && payment.decision.outcome !== 'processed') return 'free';
  return statusOf(payment) === 'processed' ? 'paid' : 'held';
}

/** `holding` is undefined when none does. A session that is being paid stays open until it is decided. */
export function sessionStatus(holding: Holding | undefined, facts: { readonly expiresAt: EpochMs; readonly now: EpochMs }): SessionStatus {
  if (holding === 'paid') return 'paid';
  if (holding === 'held') return 'open';
  return facts.now < facts.expiresAt ? 'open' : 'expired';
}
