/**
 * API keys, found in the table and remembered for a moment.
 * Invariant: "no such key" is said only after both regions' endpoints said so; a key is served from memory beyond its
 * moment only while the table cannot be read, and never for long. A miss is not remembered.
 */
import type { ApiKey, Clock, KeyStore } from '@understudy/core';
import { isPortFault, merchantId, PortFault } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { text, truth } from './item.ts';
import type { ItemReader } from './item.ts';
import { Items } from './items.ts';
import { keyPk } from './journal-table.ts';

/** How long a key is believed without a look. */
const FRESH_MS = 5000;
/** How long it is believed while nobody can look. */
const STALE_MS = 15 * 60_000;
/** A bound on memory, far above the keys that one process sees. */
const REMEMBERED_MAX = 10_000;

interface Remembered {
  readonly key: ApiKey;
  readonly readAt: number;
}

const apiKeyOf = (item: ItemReader): ApiKey => ({ merchantId: merchantId(item.text('merchant_id')), live: item.truth('live') });

export class DynamoKeyStore implements KeyStore {
  readonly #items: Items;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #remembered = new Map<string, Remembered>();

  constructor(connection: DynamoConnection, clock: Pick<Clock, 'now'>) {
    this.#items = new Items(connection, 'keys');
    this.#clock = clock;
  }

  async find(keySha256: string): Promise<ApiKey | undefined> {
    const fresh = this.#youngerThan(keySha256, FRESH_MS);
    if (fresh) return fresh;
    try {
      return this.#remember(keySha256, await this.#readBoth(keySha256));
    } catch (error) {
      const stale = isPortFault(error) && error.retryable ? this.#youngerThan(keySha256, STALE_MS) : undefined;
      if (!stale) throw error;
      return stale;
    }
  }

  async add(keySha256: string, key: ApiKey): Promise<void> {
    const { standing } = await this.#items.putNew(keyPk(keySha256), { merchant_id: text(key.merchantId), live: truth(key.live) });
    const other = standing && apiKeyOf(standing);
    if (other && (other.merchantId !== key.merchantId || other.live !== key.live)) {
      throw new PortFault({ port: 'keys', retryable: false, message: 'another key stands under this hash, and keys are immutable' });
    }
  }

  async #readBoth(keySha256: string): Promise<ApiKey | undefined> {
    const first = await this.#items.readFrom(keyPk(keySha256));
    const item = first.item ?? (await this.#items.readFrom(keyPk(keySha256), first.side === 'near' ? 'far' : 'near')).item;
    return item && apiKeyOf(item);
  }

  /** A time before the reading (a clock set back) is no age at all, so it is looked at again. */
  #youngerThan(keySha256: string, ageMs: number): ApiKey | undefined {
    const found = this.#remembered.get(keySha256);
    if (!found) return undefined;
    const age = this.#clock.now() - found.readAt;
    return age >= 0 && age < ageMs ? found.key : undefined;
  }

  #remember(keySha256: string, key: ApiKey | undefined): ApiKey | undefined {
    this.#remembered.delete(keySha256);
    if (!key) return undefined;
    const oldest = this.#remembered.size >= REMEMBERED_MAX ? this.#remembered.keys().next().value : undefined;
    if (oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(keySha256, { key, readAt: this.#clock.now() });
    return key;
  }
}
