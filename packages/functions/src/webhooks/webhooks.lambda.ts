// The function behind /webhooks.
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { connectTable } from '../shared/wire-table.ts';
import { endpointPorts } from '../shared/wire-webhooks.ts';
import { webhooksVariables } from './config.ts';
import { createWebhooksHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('webhooks', webhooksVariables, environment);
  const base = createBase('webhooks', pairRegion(config.REGION));
  const table = connectTable(config, base);
  return createWebhooksHandler({ ...base, ...endpointPorts(config, base, table) });
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
