// What orchestrate needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const orchestrateVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'LEDGERS', 'ACQUIRERS', 'ALERTS_TOPIC_ARN', 'TRANSACTIONS_TOPIC_ARN', 'SNS_ENDPOINT', 'PAYMENT_POLICY', 'TIMINGS',
  'RDS_ENDPOINT', 'GLOBAL_CLUSTER_ID', 'CLUSTER_ARNS',
] as const;

export const orchestrateRights: readonly Right[] = [
  'table:read', 'table:write', 'table:scan', 'index:read', 'ledger:both', 'acquirer', 'alerts:publish', 'events:publish', 'cluster:move',
];
