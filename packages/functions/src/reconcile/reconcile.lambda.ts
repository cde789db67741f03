// The function behind the schedules of reconciliation.
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase } from '../shared/wire-base.ts';
import { ledgerPools } from '../shared/wire-ledger.ts';
import { settlePorts } from '../shared/wire-settle.ts';
import { connectTable } from '../shared/wire-table.ts';
import { reconcileVariables } from './config.ts';
import { createReconcileHandler } from './handler.ts';
import type { ReconcileHandler } from './handler.ts';

export function build(environment: Environment): ReconcileHandler {
  const config = readConfig('reconcile', reconcileVariables, environment);
  const base = createBase('reconcile', config.REGION);
  const ports = settlePorts(config, base, { table: connectTable(config, base), pools: ledgerPools(config) });
  const { reconcileGraceMs, reconcileSettleMax } = config.TIMINGS;
  return createReconcileHandler(ports, { graceMs: reconcileGraceMs, settleMax: reconcileSettleMax });
}

export const handler: ReconcileHandler = onFirstCall(() => build(process.env));
