/** The holds of sessions, in the journal's table: each write is conditional on who holds the session, and safe to repeat. */
import type { NewHold, SessionHold, SessionHolds, SessionKey, TransactionId } from '@understudy/core';
import { PortFault, transactionId } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { text, whole } from './item.ts';
import type { Item, ItemReader } from './item.ts';
import { Items } from './items.ts';
import { sessionPk } from './sessions-table.ts';

const holdOf = (item: ItemReader): SessionHold => ({ transactionId: transactionId(item.text('transaction_id')), at: item.at('at') });

const holderOf = (hold: NewHold): Item => ({ transaction_id: text(hold.transactionId), at: whole(hold.at), expires_at: whole(hold.expiresAt) });

export class DynamoSessionHolds implements SessionHolds {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'journal');
  }

  async take(key: SessionKey, hold: NewHold): Promise<SessionHold> {
    const { standing } = await this.#items.putNew(sessionPk(key), { merchant_id: text(key.merchantId), session_id: text(key.sessionId), ...holderOf(hold) });
    return standing ? holdOf(standing) : { transactionId: hold.transactionId, at: hold.at };
  }

  async takeOver(key: SessionKey, from: TransactionId, hold: NewHold): Promise<SessionHold> {
    const { item } = await this.#items.overwrite(sessionPk(key), holderOf(hold), { condition: '#transaction_id = :from', values: { ':from': text(from) } });
    // A hold is never removed while its session can be paid.
    if (!item) throw new PortFault({ port: 'journal', retryable: true, message: 'the hold of a session was there and is gone' });
    return holdOf(item);
  }

  async read(key: SessionKey): Promise<SessionHold | undefined> {
    const item = await this.#items.read(sessionPk(key));
    return item && holdOf(item);
  }
}
