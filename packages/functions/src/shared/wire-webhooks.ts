// The ports of everything that has to do with webhook endpoints.
import { DynamoEndpoints } from '@understudy/adapters/dynamodb';
import type { DynamoConnection } from '@understudy/adapters/dynamodb';
import { createEndpointSecrets, createHttpWebhooks } from '@understudy/adapters/webhook';
import type { Endpoints, EndpointSecrets, Webhooks } from '@understudy/core';
import { signingKeys } from './signing-keys.ts';
import type { Variables } from './variables.ts';
import type { Base } from './wire-base.ts';

export type WebhookVariables = Pick<Variables, 'SIGNING_KEYS' | 'WEBHOOK_TARGETS' | 'TIMINGS'>;

export interface WebhookParts {
  readonly endpoints: Endpoints;
  readonly secrets: EndpointSecrets;
  readonly webhooks: Webhooks;
}

/** `table` leads to the journal's table. */
export const endpointPorts = (config: WebhookVariables, base: Base, table: DynamoConnection): WebhookParts => ({
  endpoints: new DynamoEndpoints(table),
  secrets: createEndpointSecrets(signingKeys(config.SIGNING_KEYS, base.clock)),
  webhooks: createHttpWebhooks({ targets: config.WEBHOOK_TARGETS, timeoutMs: config.TIMINGS.notify.webhookTimeoutMs }),
});
