// Shows a checkout session. What it asks for comes from the copies of the table, or from its signed id while those
// cannot tell; whether it is paid comes from the journal, strongly, and is never guessed.
import { customerId } from '../domain/payment/payment.ts';
import { holdingOf, sessionStatus } from '../domain/session/session.ts';
import type { Holding, Session, SessionId, SessionKey, SessionStatus } from '../domain/session/session.ts';
import type { Token } from '../domain/session/session-token.ts';
import type { Clock } from '../ports/clock.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { SessionHolds } from '../ports/session-holds.ts';
import type { Sessions } from '../ports/sessions.ts';
import type { Signer } from '../ports/signer.ts';
import type { Caller } from './accept-payment.ts';
import { repeat } from './repeat.ts';
import { verifySession } from './verify-session.ts';

export interface ReadSessionPorts {
  readonly sessions: Sessions;
  readonly holds: SessionHolds;
  readonly signer: Signer;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}

export type ReadSessionResult =
  | { readonly code: 'found'; readonly session: Session; readonly status: SessionStatus }
  | { readonly code: 'not_found' }
  | { readonly code: 'unavailable' };

/** Refusals: `not_found`, when it is certain; `unavailable`. */
export async function readSession(ports: ReadSessionPorts, caller: Caller, id: SessionId): Promise<ReadSessionResult> {
  const key: SessionKey = { merchantId: caller.merchantId, sessionId: id };
  try {
    const token = await verifySession(ports.signer, caller, id);
    if (!token) return { code: 'not_found' };
    const [session, holding] = await Promise.all([findSession(ports, token, { ...key, live: caller.live }), holdingNow(ports, key)]);
    if (!session) return { code: 'not_found' };
    return { code: 'found', session, status: sessionStatus(holding, { expiresAt: session.expiresAt, now: ports.clock.now() }) };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('session_unread', { cause: error.message });
    return { code: 'unavailable' };
  }
}

/** Throws PortFault only when the id does not say it all and no copy can be asked. */
async function findSession({ sessions, log }: ReadSessionPorts, token: Token, key: SessionKey & { readonly live: boolean }): Promise<Session | undefined> {
  const { amount, customer, expiresAt } = token;
  const signed: Session | undefined = customer.kind === 'id' ? { ...key, customerId: customerId(customer.text), amount, expiresAt } : undefined;
  try {
    return (await sessions.find(key)) ?? signed;
  } catch (error) {
    if (!signed || !isPortFault(error)) throw error;
    log.warn('session_copy_unread', { cause: error.message });
    return signed;
  }
}

async function holdingNow({ holds, journal, clock }: ReadSessionPorts, key: SessionKey): Promise<Holding | undefined> {
  const hold = await repeat(clock, () => holds.read(key));
  return hold && holdingOf(await repeat(clock, () => journal.read({ merchantId: key.merchantId, transactionId: hold.transactionId })), key.sessionId);
}
