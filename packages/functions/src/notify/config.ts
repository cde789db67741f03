// What notify needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const notifyVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT', 'LEDGERS', 'SIGNING_KEYS', 'WEBHOOK_TARGETS', 'DEAD_DELIVERIES_QUEUE',
  'ALERTS_TOPIC_ARN', 'SNS_ENDPOINT', 'PAYMENT_POLICY', 'TIMINGS',
] as const;

export const notifyRights: readonly Right[] = [
  'table:read', 'queue:receive', 'dead-deliveries:send', 'ledger:own', 'signing-keys', 'webhooks', 'alerts:publish',
];
