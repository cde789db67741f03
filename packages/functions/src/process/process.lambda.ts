// The function behind POST /process.
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { acceptPorts } from '../shared/wire-accept.ts';
import { createBase } from '../shared/wire-base.ts';
import { ledgerPools } from '../shared/wire-ledger.ts';
import { settlePorts } from '../shared/wire-settle.ts';
import { holdPorts } from '../shared/wire-session.ts';
import { connectTable } from '../shared/wire-table.ts';
import { processVariables } from './config.ts';
import { createProcessHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('process', processVariables, environment);
  const base = createBase('process', config.REGION);
  const table = connectTable(config, base);
  return createProcessHandler({ ...acceptPorts(config, base, table), ...holdPorts(config, base, table), ...settlePorts(config, base, { table, pools: ledgerPools(config) }) });
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
