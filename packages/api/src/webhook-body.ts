// What a merchant is shown of its webhook endpoints. Invariant: a secret is in the answer that made its endpoint, and in
// no other.
import type { Endpoint } from '@understudy/core';
import type { WebhookBody } from './bodies.ts';

export const webhookBody = (endpoint: Endpoint): WebhookBody => ({
  webhook_id: endpoint.id,
  url: endpoint.url,
  ...(endpoint.events && { events: endpoint.events }),
  created_at: new Date(endpoint.createdAt).toISOString(),
});

export const newWebhookBody = (endpoint: Endpoint, secret: string): WebhookBody & { readonly secret: string } => ({ ...webhookBody(endpoint), secret });

export const webhooksBody = (endpoints: readonly Endpoint[]): { readonly webhooks: readonly WebhookBody[] } => ({ webhooks: endpoints.map(webhookBody) });

export const removedWebhookBody = (id: string): { readonly webhook_id: string; readonly status: 'removed' } => ({ webhook_id: id, status: 'removed' });
