// Endpoints of merchants in memory: each answers as it is told to, and keeps what it was sent.
import type { DeadDeliveries, Delivery, EndpointSecrets, MerchantId, WebhookAnswer, WebhookRequest, Webhooks } from '@understudy/core';

export class InMemoryWebhooks implements Webhooks {
  readonly sent: WebhookRequest[] = [];
  readonly #answers = new Map<string, (request: WebhookRequest) => Promise<WebhookAnswer>>();

  /** From now on; an endpoint that was told nothing answers 200. */
  answer(url: string, how: (request: WebhookRequest) => Promise<WebhookAnswer>): void {
    this.#answers.set(url, how);
  }

  async refusalOf(url: string): Promise<string | undefined> {
    return url.startsWith('https://') ? undefined : 'must begin with https://';
  }

  async send(request: WebhookRequest): Promise<WebhookAnswer> {
    this.sent.push(request);
    return (await this.#answers.get(request.url)?.(request)) ?? { told: true, answer: 'HTTP 200' };
  }
}

export class InMemoryDeadDeliveries implements DeadDeliveries {
  readonly letters: { readonly delivery: Delivery; readonly eventId: string }[] = [];

  async send(delivery: Delivery, eventId: string): Promise<void> {
    this.letters.push({ delivery, eventId });
  }
}

export const inMemoryEndpointSecrets: EndpointSecrets = {
  currentKey: async () => 'k1',
  secretOf: async (merchant: MerchantId, { id, keyId }) => (keyId === 'k1' ? `whsec_${merchant}_${id}` : undefined),
};
