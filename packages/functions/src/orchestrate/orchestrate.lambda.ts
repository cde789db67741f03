// The function that the move workflow calls, step by step.
import { DynamoMoveLog } from '@understudy/adapters/dynamodb';
import { PostgresLedgerControl } from '@understudy/adapters/postgres';
import { createRdsLedgerCluster } from '@understudy/adapters/rds';
import { HEALING_PATIENCE } from '@understudy/core';
import { given } from '../shared/given.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase } from '../shared/wire-base.ts';
import { ledgerPools } from '../shared/wire-ledger.ts';
import { settlePorts } from '../shared/wire-settle.ts';
import { connectTable } from '../shared/wire-table.ts';
import { orchestrateVariables } from './config.ts';
import { createOrchestrateHandler } from './handler.ts';
import type { OrchestrateHandler } from './handler.ts';

export function build(environment: Environment): OrchestrateHandler {
  const config = readConfig('orchestrate', orchestrateVariables, environment);
  const base = createBase('orchestrate', config.REGION);
  const table = connectTable(config, base);
  const pools = ledgerPools(config);
  const { TIMINGS: timings } = config;
  return createOrchestrateHandler(
    {
      ...settlePorts(config, base, { table, pools }),
      control: new PostgresLedgerControl(pools),
      cluster: createRdsLedgerCluster({
        globalClusterId: config.GLOBAL_CLUSTER_ID, clusterArns: config.CLUSTER_ARNS, ...given({ endpoint: config.RDS_ENDPOINT }),
      }),
      moveLog: new DynamoMoveLog(table, base.random),
    },
    {
      move: { plannedPatienceMs: timings.plannedPatienceMs, plannedLagMaxMs: timings.plannedLagMaxMs },
      reconcile: { graceMs: timings.reconcileGraceMs, settleMax: timings.reconcileSettleMax },
      waitMs: timings.moveWaitMs,
      // Twice the detector's patience: by then others have been started.
      healPatienceMs: 2 * HEALING_PATIENCE * timings.detect.resumeAfterMs,
    },
  );
}

export const handler: OrchestrateHandler = onFirstCall(() => build(process.env));
