// What refunds needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const refundsVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'QUEUES', 'PAYMENT_POLICY', 'TIMINGS',
] as const;

export const refundsRights: readonly Right[] = [
  'table:read', 'table:write', 'queue:send',
];
