// API keys in memory.
import type { ApiKey, KeyPage, KeyStore, Revocation, StandingKey } from '@understudy/core';
import { keyIdOf, PortFault, replacesRevocation } from '@understudy/core';

const sameKey = (a: ApiKey, b: ApiKey): boolean => a.merchantId === b.merchantId && a.live === b.live && a.scopes.join() === b.scopes.join();

export class InMemoryKeyStore implements KeyStore {
  readonly #keys = new Map<string, ApiKey>();
  readonly #revocations = new Map<string, Revocation>();

  async find(keySha256: string): Promise<StandingKey | undefined> {
    const key = this.#keys.get(keySha256);
    const revocation = this.#revocations.get(keySha256);
    return key && { ...key, keyId: keyIdOf(keySha256), ...(revocation && { revocation }) };
  }

  async findById(keyId: string): ReturnType<KeyStore['findById']> {
    const keySha256 = [...this.#keys.keys()].find((hash) => keyIdOf(hash) === keyId);
    const key = keySha256 === undefined ? undefined : await this.find(keySha256);
    return key && keySha256 !== undefined ? { ...key, keySha256 } : undefined;
  }

  async add(keySha256: string, key: ApiKey): Promise<void> {
    const standing = this.#keys.get(keySha256);
    if (standing && !sameKey(standing, key)) throw new PortFault({ port: 'keys', retryable: false, message: 'another key stands under this hash, and keys are immutable' });
    if (!standing) this.#keys.set(keySha256, key);
  }

  async revoke(keySha256: string, revocation: Revocation): Promise<Revocation> {
    const standing = this.#revocations.get(keySha256);
    if (standing && !replacesRevocation(standing, revocation)) return standing;
    this.#revocations.set(keySha256, revocation);
    return revocation;
  }

  async list({ merchantId, limit, cursor = '0' }: KeyPage): ReturnType<KeyStore['list']> {
    const own = [...this.#keys].filter(([, key]) => key.merchantId === merchantId).toSorted(([, a], [, b]) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
    const end = Number(cursor) + limit;
    const keys = await Promise.all(own.slice(Number(cursor), end).map(([hash]) => this.find(hash)));
    return { keys: keys.filter((key) => key !== undefined), ...(end < own.length && { cursor: String(end) }) };
  }
}
