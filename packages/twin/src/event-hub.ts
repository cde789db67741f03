/** What happened in the twin, in order, for whoever listens. Keeps the last ones, so that a page that opens late has a past. */
import type { TwinEvent } from '@understudy/console/contract';

export type { TwinEvent };

const KEPT_MAX = 1_000;

export class EventHub {
  readonly #listeners = new Set<(event: TwinEvent) => void>();
  readonly #kept: TwinEvent[] = [];
  #nextId = 1;

  emit(type: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const event: TwinEvent = { ...fields, id: this.#nextId, at: Date.now(), type };
    this.#nextId += 1;
    this.#kept.push(event);
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
    for (const listener of this.#listeners) listener(event);
  }

  /** Kept events after `id`, oldest first; all of them where `id` is of a twin before this one, which counted further. */
  since(id: number): readonly TwinEvent[] {
    return this.#kept.filter((event) => event.id > id || id >= this.#nextId);
  }

  /** Returns how to stop listening. */
  listen(listener: (event: TwinEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
