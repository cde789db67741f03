// The function behind POST /payments and POST /validate.
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { acceptPorts } from '../shared/wire-accept.ts';
import { createBase } from '../shared/wire-base.ts';
import { holdPorts } from '../shared/wire-session.ts';
import { connectTable } from '../shared/wire-table.ts';
import { acceptVariables } from './config.ts';
import { createAcceptHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('accept', acceptVariables, environment);
  const base = createBase('accept', config.REGION);
  const table = connectTable(config, base);
  return createAcceptHandler({ ...acceptPorts(config, base, table), ...holdPorts(config, base, table) });
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
