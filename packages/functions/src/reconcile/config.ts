// What reconcile needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const reconcileVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'LEDGERS', 'ACQUIRERS', 'ALERTS_TOPIC_ARN', 'TRANSACTIONS_TOPIC_ARN', 'SNS_ENDPOINT', 'PAYMENT_POLICY', 'TIMINGS',
] as const;

export const reconcileRights: readonly Right[] = [
  'table:read', 'table:write', 'table:scan', 'index:read', 'ledger:own', 'acquirer', 'alerts:publish', 'events:publish',
];
