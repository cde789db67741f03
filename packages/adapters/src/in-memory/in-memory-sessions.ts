// The two copies of the sessions table in memory. They follow each other only when told to, and a region's copy can be lost.
import type { Region, Session, SessionKey, Sessions } from '@understudy/core';
import { peerOf, PortFault, regions } from '@understudy/core';

const textOf = (key: SessionKey): string => `${key.merchantId}#${key.sessionId}`;

export class InMemorySessionCopies {
  readonly #copies: Readonly<Record<Region, Map<string, Session>>> = { 'us-east-1': new Map(), 'us-east-2': new Map() };
  readonly lost: Set<Region> = new Set();

  replicate(): void {
    for (const region of regions) for (const [text, session] of this.#copies[region]) this.#copies[peerOf(region)].set(text, session);
  }

  /** The port as `region` has it. */
  in(region: Region): Sessions {
    return {
      keep: async (session) => {
        const copy = this.#copyOf(region) ?? this.#copyOf(peerOf(region));
        if (!copy) throw this.#fault();
        copy.set(textOf(session), session);
      },
      find: async (key) => {
        const copies = [this.#copyOf(region), this.#copyOf(peerOf(region))];
        const found = copies.map((copy) => copy?.get(textOf(key))).find((session) => session !== undefined);
        if (!found && copies.includes(undefined)) throw this.#fault();
        return found;
      },
    };
  }

  #copyOf(region: Region): Map<string, Session> | undefined {
    return this.lost.has(region) ? undefined : this.#copies[region];
  }

  #fault(): PortFault {
    return new PortFault({ port: 'sessions', retryable: true, message: 'a copy is lost on purpose' });
  }
}
