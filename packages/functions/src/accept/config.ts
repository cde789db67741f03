// What accept needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const acceptVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'QUEUES', 'SIGNING_KEYS', 'PAYMENT_POLICY', 'TIMINGS',
] as const;

export const acceptRights: readonly Right[] = [
  'table:read', 'table:write', 'queue:send', 'signing-keys',
];
