// API keys in memory.
import type { ApiKey, KeyStore } from '@understudy/core';
import { PortFault } from '@understudy/core';

export class InMemoryKeyStore implements KeyStore {
  readonly #keys = new Map<string, ApiKey>();

  async find(keySha256: string): Promise<ApiKey | undefined> {
    return this.#keys.get(keySha256);
  }

  async add(keySha256: string, key: ApiKey): Promise<void> {
    const standing = this.#keys.get(keySha256);
    if (standing && (standing.merchantId !== key.merchantId || standing.live !== key.live)) {
      throw new PortFault({ port: 'keys', retryable: false, message: 'another key stands under this hash, and keys are immutable' });
    }
    this.#keys.set(keySha256, key);
  }
}
