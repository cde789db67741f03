/**
 * Webhook endpoints: one item for each merchant, written whole.
 * Invariant: a list is written only over the revision that it was made from. Endpoints have no secret here.
 */
import { eventNames } from '@understudy/core';
import type { Endpoint, EndpointList, Endpoints, MerchantId } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { itemOf, text, truth, whole } from './item.ts';
import type { ItemReader } from './item.ts';
import { Items } from './items.ts';
import { endpointsPk } from './journal-table.ts';

const endpointOf = (item: ItemReader): Endpoint => ({
  id: item.text('id'),
  url: item.text('url'),
  ...(item.has('events') && { events: item.list('events').map((event) => event.oneOf('name', eventNames)) }),
  live: item.truth('live'),
  keyId: item.text('key_id'),
  createdAt: item.at('created_at'),
});

const attributesOf = (endpoint: Endpoint): ReturnType<typeof itemOf> =>
  itemOf({
    id: text(endpoint.id),
    url: text(endpoint.url),
    events: endpoint.events && { L: endpoint.events.map((name) => ({ M: { name: text(name) } })) },
    live: truth(endpoint.live),
    key_id: text(endpoint.keyId),
    created_at: whole(endpoint.createdAt),
  });

export class DynamoEndpoints implements Endpoints {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'endpoints');
  }

  async read(merchant: MerchantId): Promise<EndpointList> {
    const item = await this.#items.read(endpointsPk(merchant));
    return item ? { revision: item.number('revision'), endpoints: item.list('endpoints').map(endpointOf) } : { revision: 0, endpoints: [] };
  }

  async replace(merchant: MerchantId, revision: number, endpoints: readonly Endpoint[]): Promise<boolean> {
    const attributes = { revision: whole(revision + 1), endpoints: { L: endpoints.map((endpoint) => ({ M: attributesOf(endpoint) })) } };
    const condition = revision === 0 ? 'attribute_not_exists(#revision)' : '#revision = :read';
    const { applied } = await this.#items.overwrite(endpointsPk(merchant), attributes, { condition, values: revision === 0 ? {} : { ':read': whole(revision) } });
    return applied;
  }
}
