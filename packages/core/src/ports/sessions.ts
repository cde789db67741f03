import type { Session, SessionKey } from '../domain/session/session.ts';

/**
 * What sessions were opened, in a table that each region has a copy of. Copies follow each other, late, and a session
 * goes from them some time after it expired; so this is for showing, and decides nothing about a payment.
 * Every method may throw a PortFault of port `sessions`.
 */
export interface Sessions {
  /** Writes to this region's copy, or to the other's when that fails. Keeping the same again is no fault. */
  keep(session: Session): Promise<void>;
  /** Reads this region's copy, then the other's. Undefined only when both say that they have none. */
  find(key: SessionKey): Promise<Session | undefined>;
}
