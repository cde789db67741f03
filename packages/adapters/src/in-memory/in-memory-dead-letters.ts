// A dead-letter queue in memory: letters that are held are out of everybody else's sight until they are acted upon.
import type { DeadLetter, DeadLetters, EpochMs, PaymentKey, Region } from '@understudy/core';
import type { InMemoryQueues } from './in-memory-queues.ts';

export class InMemoryDeadLetters implements DeadLetters {
  readonly queue = 'payments';
  readonly region: Region;
  readonly #queues: InMemoryQueues;
  readonly #letters = new Map<string, DeadLetter & { held: boolean }>();

  constructor(region: Region, queues: InMemoryQueues) {
    this.region = region;
    this.#queues = queues;
  }

  /** As a queue does with a hint that failed too often. */
  bury(key: PaymentKey, sentAt: EpochMs): void {
    const id = String(this.#letters.size + 1);
    this.#letters.set(id, { id, key, sentAt, handle: id, held: false });
  }

  async hold(limit: number): Promise<readonly DeadLetter[]> {
    const found = [...this.#letters.values()].filter((letter) => !letter.held).slice(0, limit);
    for (const letter of found) letter.held = true;
    return found;
  }

  async redrive(letter: DeadLetter): Promise<void> {
    if (letter.key) await this.#queues.send(this.region, letter.key);
    await this.remove(letter);
  }

  async remove(letter: DeadLetter): Promise<void> {
    this.#letters.delete(letter.id);
  }

  async release(letter: DeadLetter): Promise<void> {
    const held = this.#letters.get(letter.id);
    if (held) held.held = false;
  }
}

export class InMemoryBookmarks {
  readonly #places = new Map<string, string>();

  async read(name: string): Promise<string | undefined> {
    return this.#places.get(name);
  }

  async write(name: string, place: string | undefined): Promise<void> {
    if (place === undefined) this.#places.delete(name);
    else this.#places.set(name, place);
  }
}
