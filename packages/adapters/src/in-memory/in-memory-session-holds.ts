// The holds of sessions in memory: every method is one indivisible step.
import type { EpochMs, HoldUpkeep, NewHold, SessionHold, SessionHolds, SessionKey, TransactionId } from '@understudy/core';

const told = ({ transactionId, at }: NewHold): SessionHold => ({ transactionId, at });

const textOf = (key: SessionKey): string => `${key.merchantId}#${key.sessionId}`;

export class InMemorySessionHolds implements SessionHolds, HoldUpkeep {
  readonly #holds = new Map<string, NewHold>();

  async take(key: SessionKey, hold: NewHold): Promise<SessionHold> {
    return this.#standing(key) ?? this.#set(key, hold);
  }

  async takeOver(key: SessionKey, from: TransactionId, hold: NewHold): Promise<SessionHold> {
    const standing = this.#standing(key);
    return standing && standing.transactionId !== from ? standing : this.#set(key, hold);
  }

  async read(key: SessionKey): Promise<SessionHold | undefined> {
    return this.#standing(key);
  }

  async remove(key: SessionKey, { holder, endedBefore }: { readonly holder: TransactionId; readonly endedBefore: EpochMs }): Promise<boolean> {
    const hold = this.#holds.get(textOf(key));
    return hold?.transactionId === holder && hold.expiresAt < endedBefore && this.#holds.delete(textOf(key));
  }

  #standing(key: SessionKey): SessionHold | undefined {
    const hold = this.#holds.get(textOf(key));
    return hold && told(hold);
  }

  #set(key: SessionKey, hold: NewHold): SessionHold {
    this.#holds.set(textOf(key), hold);
    return told(hold);
  }
}
