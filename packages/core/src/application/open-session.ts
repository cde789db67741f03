// Opens a checkout session in either region. Its id is valid everywhere at once; what is kept of it follows.
import { signedText, tokenBody, tokenCustomer, tokenText } from '../domain/session/session-token.ts';
import type { SessionRequest } from '../domain/session/session-request.ts';
import type { Session } from '../domain/session/session.ts';
import { epochMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { Sessions } from '../ports/sessions.ts';
import type { Signer } from '../ports/signer.ts';
import type { Caller } from './accept-payment.ts';
import { repeat } from './repeat.ts';

export interface OpenSessionPorts {
  readonly sessions: Sessions;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: Log;
}

/** Nothing was promised by `unavailable`: ask again, and have another session. */
export type OpenSessionResult = { readonly code: 'opened'; readonly session: Session } | { readonly code: 'unavailable' };

const NONCE_CHARS = 16;

export async function openSession(ports: OpenSessionPorts, caller: Caller, request: SessionRequest): Promise<OpenSessionResult> {
  const { amount, customerId, expiresInS } = request;
  const expiresAt = epochMs((Math.floor(ports.clock.now() / 1000) + expiresInS) * 1000);
  try {
    const keyId = await ports.signer.currentKey();
    const body = tokenBody(keyId, { amount, expiresAt, customer: tokenCustomer(customerId, ports.digest), nonce: ports.random.id().slice(0, NONCE_CHARS) });
    const sessionId = tokenText(body, await ports.signer.sign(keyId, signedText(caller, body)));
    const session: Session = { merchantId: caller.merchantId, sessionId, customerId, amount, expiresAt, live: caller.live };
    await repeat(ports.clock, () => ports.sessions.keep(session));
    return { code: 'opened', session };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('session_unknown', { cause: error.message });
    return { code: 'unavailable' };
  }
}
