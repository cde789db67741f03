/**
 * What operators hear, whichever region they listen in: each alert once, by its id, and apart from it each copy that the
 * other region's subscriber got, so that a person sees that it would have been heard there too.
 */
import type { Vantage } from '@understudy/core';

export interface HeardAlert {
  readonly message: string;
  /** By the region's own subscriber, or as a copy from the other region's topic. */
  readonly heard: 'own' | 'copy';
}

/** Ids remembered: far more than alerts can be on their way at once. */
const REMEMBERED_MAX = 10_000;

export class AlertFeed {
  readonly #onEvent: (type: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly #seen = new Set<string>();

  constructor(onEvent: (type: string, fields: Readonly<Record<string, unknown>>) => void) {
    this.#onEvent = onEvent;
  }

  hear(region: Vantage, { message, heard }: HeardAlert): void {
    // An event of the twin has an id of its own.
    const { id, ...alert } = JSON.parse(message) as { readonly id?: string };
    if (this.#isNew(`alert ${id}`)) this.#onEvent('alert', { region, ...alert, alert_id: id });
    if (heard === 'copy' && this.#isNew(`copy ${region} ${id}`)) this.#onEvent('alert_copy', { heard_in: region, alert_id: id });
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    const [oldest] = this.#seen;
    if (this.#seen.size >= REMEMBERED_MAX && oldest !== undefined) this.#seen.delete(oldest);
    this.#seen.add(key);
    return true;
  }
}
