/** The claims of sessions, in the journal's table: each write is conditional on who holds the session, and safe to repeat. */
import type { NewClaim, SessionClaim, SessionClaims, SessionKey, TransactionId } from '@understudy/core';
import { PortFault, transactionId } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { text, whole } from './item.ts';
import type { Item, ItemReader } from './item.ts';
import { Items } from './items.ts';
import { sessionPk } from './sessions-table.ts';

const claimOf = (item: ItemReader): SessionClaim => ({ transactionId: transactionId(item.text('transaction_id')), at: item.at('at') });

const holderOf = (claim: NewClaim): Item => ({ transaction_id: text(claim.transactionId), at: whole(claim.at), expires_at: whole(claim.expiresAt) });

export class DynamoSessionClaims implements SessionClaims {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'journal');
  }

  async take(key: SessionKey, claim: NewClaim): Promise<SessionClaim> {
    const { standing } = await this.#items.putNew(sessionPk(key), { merchant_id: text(key.merchantId), session_id: text(key.sessionId), ...holderOf(claim) });
    return standing ? claimOf(standing) : { transactionId: claim.transactionId, at: claim.at };
  }

  async takeOver(key: SessionKey, from: TransactionId, claim: NewClaim): Promise<SessionClaim> {
    const { item } = await this.#items.overwrite(sessionPk(key), holderOf(claim), { condition: '#transaction_id = :from', values: { ':from': text(from) } });
    // A claim is never removed while its session can be paid.
    if (!item) throw new PortFault({ port: 'journal', retryable: true, message: 'a session\'s claim was there and is gone' });
    return claimOf(item);
  }

  async read(key: SessionKey): Promise<SessionClaim | undefined> {
    const item = await this.#items.read(sessionPk(key));
    return item && claimOf(item);
  }
}
