// Sessions in the two in-memory regions, with the small things that every test of them needs.
import { openSession } from './open-session.ts';
import { readSession } from './read-session.ts';
import type { SessionRequest } from '../domain/session/session-request.ts';
import type { Session, SessionId } from '../domain/session/session.ts';
import type { PaymentRequest } from '../domain/payment/payment-request.ts';
import type { Region } from '../domain/region/region.ts';
import type { Caller } from './accept-payment.ts';
import { east, portsOf, requestOf, shop } from './world.test-support.ts';
import type { RegionPorts, World } from './world.test-support.ts';
import type { Sessions } from '../ports/sessions.ts';

const asked: SessionRequest = { customerId: requestOf('any').customerId, amount: requestOf('any').amount, expiresInS: 1800 };

export const sessionPortsOf = (world: World, region: Region): RegionPorts & { readonly sessions: Sessions; readonly random: World['random'] } => ({
  ...portsOf(world, region), sessions: world.regions[region].sessions, random: world.random,
});

/** Opens a session for what `requestOf` pays, which must succeed. */
export async function opened(world: World, change: Partial<SessionRequest> = {}, caller: Caller = shop): Promise<Session> {
  const result = await openSession(sessionPortsOf(world, east), caller, { ...asked, ...change });
  if (result.code !== 'opened') throw new Error(`no session was opened: ${result.code}`);
  return result.session;
}

export const paying = (id: string, session: { readonly sessionId: SessionId }, change: Partial<PaymentRequest> = {}): PaymentRequest =>
  requestOf(id, { sessionId: session.sessionId, ...change });

export async function statusIn(world: World, region: Region, session: { readonly sessionId: SessionId }): Promise<string> {
  const result = await readSession(sessionPortsOf(world, region), shop, session.sessionId);
  return result.code === 'found' ? result.status : result.code;
}
