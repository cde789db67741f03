// What process needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const processVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'QUEUES', 'SIGNING_KEYS', 'LEDGERS', 'ACQUIRERS', 'ALERTS_TOPIC_ARN', 'TRANSACTIONS_TOPIC_ARN', 'SNS_ENDPOINT', 'PAYMENT_POLICY', 'TIMINGS',
] as const;

export const processRights: readonly Right[] = [
  'table:read', 'table:write', 'queue:send', 'signing-keys', 'ledger:own', 'acquirer', 'alerts:publish', 'events:publish',
];
