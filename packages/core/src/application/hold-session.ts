// Gets a payment the hold of its session, before it is accepted.
// Invariant: of all payments of one session at most one can ever be processed. A payment is accepted for a session only
// after it held the session, and the hold leaves it only when it can never be charged for the session any more: it is
// decided against, accepted for something else, or its id is spent. All three are final, so it does not matter who sees
// them how late, which answers were lost, or what a clock says.
import type { PaymentRequest } from '../domain/payment/payment-request.ts';
import type { Decision, PaymentKey, TransactionId } from '../domain/payment/payment.ts';
import type { PaymentPolicy } from '../domain/payment/policy.ts';
import { holdingOf } from '../domain/session/session.ts';
import type { Holding, SessionHold, SessionId, SessionKey } from '../domain/session/session.ts';
import { businessDateOf } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { NewHold, SessionHolds } from '../ports/session-holds.ts';
import type { Signer } from '../ports/signer.ts';
import type { Caller } from './accept-payment.ts';
import { repeat } from './repeat.ts';
import { unlikeSession, verifySession } from './verify-session.ts';

export interface HoldPorts {
  readonly holds: SessionHolds;
  readonly signer: Signer;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly log: Log;
  readonly policy: PaymentPolicy;
}

export type SessionRefusal =
  /** There is no such session of this merchant, or it asks for something else. */
  | { readonly code: 'invalid_session'; readonly field: string; readonly message: string }
  | { readonly code: 'session_expired' }
  /** Another payment holds it, which may yet be processed. */
  | { readonly code: 'session_in_use' }
  | { readonly code: 'session_paid' };

/** Each round means that somebody else took the session over meanwhile, and then holds it. */
const ROUNDS_MAX = 5;

/**
 * Undefined: the payment holds the session and may be accepted. Refused, the payment may still have been accepted
 * earlier. Throws PortFault of port `journal` or `signer`.
 */
export async function holdSession(ports: HoldPorts, caller: Caller, request: PaymentRequest & { readonly sessionId: SessionId }): Promise<SessionRefusal | undefined> {
  const { clock, holds } = ports;
  const token = await verifySession(ports.signer, caller, request.sessionId);
  if (!token) return { code: 'invalid_session', field: 'session_id', message: 'session_id is not a session of yours' };
  const unlike = unlikeSession(token, request, ports.digest);
  if (unlike) return { code: 'invalid_session', ...unlike };
  if (clock.now() >= token.expiresAt) return { code: 'session_expired' };
  const key: SessionKey = { merchantId: caller.merchantId, sessionId: request.sessionId };
  const mine: NewHold = { transactionId: request.transactionId, at: clock.now(), expiresAt: token.expiresAt };
  let standing = await repeat(clock, () => holds.take(key, mine));
  for (let round = 1; standing.transactionId !== mine.transactionId; round += 1) {
    const holding = await heldNow(ports, key, standing);
    if (holding === 'paid') return { code: 'session_paid' };
    if (holding !== 'free' || round > ROUNDS_MAX) return { code: 'session_in_use' };
    const from: TransactionId = standing.transactionId;
    standing = await repeat(clock, () => holds.takeOver(key, from, mine));
  }
  return undefined;
}

/**
 * What the holder means for the session now. One that was never accepted is waited for, and then its id is spent: it
 * either was accepted just before, or never can be.
 */
async function heldNow(ports: HoldPorts, { merchantId, sessionId }: SessionKey, hold: SessionHold): Promise<Holding> {
  const { clock, journal } = ports;
  const holder: PaymentKey = { merchantId, transactionId: hold.transactionId };
  const holding = holdingOf(await repeat(clock, () => journal.read(holder)), sessionId);
  const now = clock.now();
  if (holding !== 'unseen' || now - hold.at < ports.policy.sessionPatienceMs) return holding;
  const decision: Decision = { outcome: 'cancelled', code: 'cancelled', decidedAt: now, businessDate: businessDateOf(now) };
  const spent = await repeat(clock, () => journal.spend(holder, decision));
  if (spent.code === 'exists') return holdingOf(spent.payment, sessionId);
  ports.log.info('session_freed', { transaction_id: holder.transactionId });
  return 'free';
}
