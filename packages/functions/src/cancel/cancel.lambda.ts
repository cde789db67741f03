// The function behind POST /payments/{transaction_id}/cancel.
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { acceptPorts } from '../shared/wire-accept.ts';
import { createBase } from '../shared/wire-base.ts';
import { connectTable } from '../shared/wire-table.ts';
import { cancelVariables } from './config.ts';
import { createCancelHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('cancel', cancelVariables, environment);
  const base = createBase('cancel', config.REGION);
  return createCancelHandler(acceptPorts(config, base, connectTable(config, base)));
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
