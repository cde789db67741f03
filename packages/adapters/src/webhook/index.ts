export type { TargetRule } from './addresses.ts';
export { createEndpointSecrets } from './endpoint-secrets.ts';
export { createHttpWebhooks } from './http-webhooks.ts';
export type { HttpWebhooksOptions } from './http-webhooks.ts';
