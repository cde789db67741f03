// Webhook endpoints in memory.
import type { Endpoint, EndpointList, Endpoints, MerchantId } from '@understudy/core';

export class InMemoryEndpoints implements Endpoints {
  readonly #lists = new Map<MerchantId, EndpointList>();

  async read(merchant: MerchantId): Promise<EndpointList> {
    return this.#listOf(merchant);
  }

  async replace(merchant: MerchantId, revision: number, endpoints: readonly Endpoint[]): Promise<boolean> {
    if (this.#listOf(merchant).revision !== revision) return false;
    this.#lists.set(merchant, { revision: revision + 1, endpoints });
    return true;
  }

  #listOf(merchant: MerchantId): EndpointList {
    return this.#lists.get(merchant) ?? { revision: 0, endpoints: [] };
  }
}
