/**
 * API keys in the strongly consistent table: an item for the key, one for its revocation, one that leads from its id to
 * its digest, and the customer index to list them by.
 * Invariant: one strong read answers, so "no such key" is certain from either endpoint; what was seen is served from
 * memory only while the table cannot be read, and never for long. It remembers no miss, and judges no revocation.
 */
import type { ApiKey, Clock, KeyPage, KeyStore, Revocation, Scope, StandingKey } from '@understudy/core';
import { isPortFault, keyIdOf, merchantId, paymentScopes, PortFault, scopes } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { ItemReader, itemOf, text, truth, whole } from './item.ts';
import type { Item } from './item.ts';
import { Items } from './items.ts';
import { CUSTOMER_INDEX, KEY_PREFIX, keyIdPk, keyPk, keysPartition, revocationPk } from './journal-table.ts';

/** How long a key is believed while nobody can look. */
const STALE_MS = 15 * 60_000;
/** A bound on memory, far above the keys that one process sees. */
const REMEMBERED_MAX = 10_000;

interface Remembered {
  readonly key: StandingKey;
  readonly readAt: number;
}

const scopesOf = (item: ItemReader): readonly Scope[] => {
  // Keys were stored before they had scopes.
  if (!item.has('scopes')) return paymentScopes;
  const written = item.text('scopes').split(' ');
  return scopes.filter((scope) => written.includes(scope));
};

const apiKeyOf = (item: ItemReader): ApiKey => ({
  merchantId: merchantId(item.text('merchant_id')),
  live: item.truth('live'),
  scopes: scopesOf(item),
  ...(item.has('name') && { name: item.text('name') }),
  ...(item.has('created_at') && { createdAt: item.at('created_at') }),
});

const itemOfKey = (key: ApiKey): Item =>
  itemOf({
    merchant_id: text(key.merchantId),
    live: truth(key.live),
    scopes: text(scopes.filter((scope) => key.scopes.includes(scope)).join(' ')),
    name: key.name === undefined ? undefined : text(key.name),
    ...(key.createdAt !== undefined && { created_at: whole(key.createdAt), customer_key: text(keysPartition(key.merchantId)), accepted_at: whole(key.createdAt) }),
  });

const revocationOf = (item: ItemReader): Revocation => ({ revokedAt: item.at('revoked_at'), by: item.text('by'), reason: item.text('reason') });

const sameKey = (a: ApiKey, b: ApiKey): boolean =>
  a.merchantId === b.merchantId && a.live === b.live && scopes.every((scope) => a.scopes.includes(scope) === b.scopes.includes(scope));

const immutable = (): PortFault => new PortFault({ port: 'keys', retryable: false, message: 'another key stands under this hash, and keys are immutable' });

export class DynamoKeyStore implements KeyStore {
  readonly #connection: DynamoConnection;
  readonly #items: Items;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #remembered = new Map<string, Remembered>();

  constructor(connection: DynamoConnection, clock: Pick<Clock, 'now'>) {
    this.#connection = connection;
    this.#items = new Items(connection, 'keys');
    this.#clock = clock;
  }

  async find(keySha256: string): Promise<StandingKey | undefined> {
    try {
      return this.#remember(keySha256, await this.#read(keySha256));
    } catch (error) {
      const stale = isPortFault(error) && error.retryable ? this.#seenLately(keySha256) : undefined;
      if (!stale) throw error;
      return stale;
    }
  }

  async findById(keyId: string): ReturnType<KeyStore['findById']> {
    const keySha256 = (await this.#items.read(keyIdPk(keyId)))?.text('key_sha256');
    const key = keySha256 === undefined ? undefined : await this.#read(keySha256);
    return key && keySha256 !== undefined ? { ...key, keySha256 } : undefined;
  }

  async add(keySha256: string, key: ApiKey): Promise<void> {
    // First, so that every key that works can be found by its id and revoked.
    const { standing: named } = await this.#items.putNew(keyIdPk(keyIdOf(keySha256)), { key_sha256: text(keySha256) });
    if (named && named.text('key_sha256') !== keySha256) throw immutable();
    const { standing } = await this.#items.putNew(keyPk(keySha256), itemOfKey(key));
    if (standing && !sameKey(apiKeyOf(standing), key)) throw immutable();
  }

  async revoke(keySha256: string, { revokedAt, by, reason }: Revocation): Promise<Revocation> {
    const { item } = await this.#items.overwrite(revocationPk(keySha256), { revoked_at: whole(revokedAt), by: text(by), reason: text(reason) }, {
      condition: 'attribute_not_exists(#revoked_at) OR #revoked_at > :given',
      values: { ':given': whole(revokedAt) },
    });
    if (!item) throw new PortFault({ port: 'keys', retryable: true, message: 'a revocation was written and is gone' });
    return revocationOf(item);
  }

  async list({ merchantId: merchant, limit, cursor }: KeyPage): ReturnType<KeyStore['list']> {
    const [at, start] = cursor?.split(' ') ?? [];
    const partition = text(keysPartition(merchant));
    const input = {
      TableName: this.#connection.table,
      IndexName: CUSTOMER_INDEX,
      KeyConditionExpression: '#customer_key = :keys',
      ExpressionAttributeNames: { '#customer_key': 'customer_key' },
      ExpressionAttributeValues: { ':keys': partition },
      ScanIndexForward: false,
      Limit: limit,
      ...(at !== undefined && start !== undefined && { ExclusiveStartKey: { pk: text(start), customer_key: partition, accepted_at: whole(Number(at)) } }),
    };
    const { Items: found = [], LastEvaluatedKey: last } = await this.#connection.call('keys', ({ service }) => service.call('Query', input));
    const keys = await Promise.all(found.map((item) => this.#read(new ItemReader('keys', item).text('pk').slice(KEY_PREFIX.length))));
    return { keys: keys.filter((key) => key !== undefined), ...(last && { cursor: `${last['accepted_at']?.N} ${last['pk']?.S}` }) };
  }

  /** Both items are read at once: nearly every key has no revocation, and one that has must not work for a moment longer. */
  async #read(keySha256: string): Promise<StandingKey | undefined> {
    const [item, revoked] = await Promise.all([this.#items.read(keyPk(keySha256)), this.#items.read(revocationPk(keySha256))]);
    return item && { ...apiKeyOf(item), keyId: keyIdOf(keySha256), ...(revoked && { revocation: revocationOf(revoked) }) };
  }

  /** A time before the reading (a clock set back) is no age at all. */
  #seenLately(keySha256: string): StandingKey | undefined {
    const found = this.#remembered.get(keySha256);
    if (!found) return undefined;
    const age = this.#clock.now() - found.readAt;
    return age >= 0 && age < STALE_MS ? found.key : undefined;
  }

  #remember(keySha256: string, key: StandingKey | undefined): StandingKey | undefined {
    this.#remembered.delete(keySha256);
    if (!key) return undefined;
    const oldest = this.#remembered.size >= REMEMBERED_MAX ? this.#remembered.keys().next().value : undefined;
    if (oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(keySha256, { key, readAt: this.#clock.now() });
    return key;
  }
}
