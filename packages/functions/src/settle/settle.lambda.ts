// The function behind the queue of hints.
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase } from '../shared/wire-base.ts';
import { ledgerPools } from '../shared/wire-ledger.ts';
import { settlePorts } from '../shared/wire-settle.ts';
import { connectTable } from '../shared/wire-table.ts';
import { settleVariables } from './config.ts';
import { createSettleHandler } from './handler.ts';
import type { QueueHandler } from './handler.ts';

export function build(environment: Environment): QueueHandler {
  const config = readConfig('settle', settleVariables, environment);
  const base = createBase('settle', config.REGION);
  return createSettleHandler(settlePorts(config, base, { table: connectTable(config, base), pools: ledgerPools(config) }));
}

export const handler: QueueHandler = onFirstCall(() => build(process.env));
