// The holds of sessions in memory: every method is one indivisible step.
import type { NewHold, SessionHold, SessionHolds, SessionKey, TransactionId } from '@understudy/core';

const textOf = (key: SessionKey): string => `${key.merchantId}#${key.sessionId}`;

export class InMemorySessionHolds implements SessionHolds {
  readonly #holds = new Map<string, SessionHold>();

  async take(key: SessionKey, hold: NewHold): Promise<SessionHold> {
    return this.#holds.get(textOf(key)) ?? this.#set(key, hold);
  }

  async takeOver(key: SessionKey, from: TransactionId, hold: NewHold): Promise<SessionHold> {
    const standing = this.#holds.get(textOf(key));
    return standing && standing.transactionId !== from ? standing : this.#set(key, hold);
  }

  async read(key: SessionKey): Promise<SessionHold | undefined> {
    return this.#holds.get(textOf(key));
  }

  #set(key: SessionKey, { transactionId, at }: NewHold): SessionHold {
    const hold = { transactionId, at };
    this.#holds.set(textOf(key), hold);
    return hold;
  }
}
