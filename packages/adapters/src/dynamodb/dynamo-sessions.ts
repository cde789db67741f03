/**
 * What sessions were opened, over the two copies of the sessions table.
 * Invariant: "there is none" is said only after both copies said so. The connection is one to that table.
 */
import type { Session, SessionKey, Sessions } from '@understudy/core';
import { customerId, merchantId, minorUnits, sessionId } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { text, truth, whole } from './item.ts';
import type { ItemReader } from './item.ts';
import { Items } from './items.ts';
import { sessionPk, SESSIONS_TTL_ATTRIBUTE } from './sessions-table.ts';

/** How much longer than it can be paid a session is kept, so that one who comes late sees what became of it. */
const KEPT_S = 86_400;

const sessionOf = (item: ItemReader): Session => ({
  merchantId: merchantId(item.text('merchant_id')),
  sessionId: sessionId(item.text('session_id')),
  customerId: customerId(item.text('customer_id')),
  amount: { minor: minorUnits(item.bigint('amount_minor')), currency: item.text('currency') },
  expiresAt: item.at('expires_at'),
  live: item.truth('live'),
});

export class DynamoSessions implements Sessions {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'sessions');
  }

  async keep(session: Session): Promise<void> {
    await this.#items.putNew(sessionPk(session), {
      merchant_id: text(session.merchantId),
      session_id: text(session.sessionId),
      customer_id: text(session.customerId),
      amount_minor: whole(session.amount.minor),
      currency: text(session.amount.currency),
      expires_at: whole(session.expiresAt),
      live: truth(session.live),
      [SESSIONS_TTL_ATTRIBUTE]: whole(Math.ceil(session.expiresAt / 1000) + KEPT_S),
    });
  }

  async find(key: SessionKey): Promise<Session | undefined> {
    const pk = sessionPk(key);
    const first = await this.#items.readFrom(pk);
    const item = first.item ?? (await this.#items.readFrom(pk, first.side === 'near' ? 'far' : 'near')).item;
    return item && sessionOf(item);
  }
}
