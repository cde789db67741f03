// The claims of sessions in memory: every method is one indivisible step.
import type { NewClaim, SessionClaim, SessionClaims, SessionKey, TransactionId } from '@understudy/core';

const textOf = (key: SessionKey): string => `${key.merchantId}#${key.sessionId}`;

export class InMemorySessionClaims implements SessionClaims {
  readonly #claims = new Map<string, SessionClaim>();

  async take(key: SessionKey, claim: NewClaim): Promise<SessionClaim> {
    return this.#claims.get(textOf(key)) ?? this.#set(key, claim);
  }

  async takeOver(key: SessionKey, from: TransactionId, claim: NewClaim): Promise<SessionClaim> {
    const standing = this.#claims.get(textOf(key));
    return standing && standing.transactionId !== from ? standing : this.#set(key, claim);
  }

  async read(key: SessionKey): Promise<SessionClaim | undefined> {
    return this.#claims.get(textOf(key));
  }

  #set(key: SessionKey, { transactionId, at }: NewClaim): SessionClaim {
    const claim = { transactionId, at };
    this.#claims.set(textOf(key), claim);
    return claim;
  }
}
