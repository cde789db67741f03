export { createRdsLedgerCluster } from './rds-ledger-cluster.ts';
export type { RdsLedgerClusterOptions } from './rds-ledger-cluster.ts';
