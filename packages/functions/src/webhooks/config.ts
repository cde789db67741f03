// What webhooks needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const webhooksVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT', 'SIGNING_KEYS', 'WEBHOOK_TARGETS', 'TIMINGS',
] as const;

export const webhooksRights: readonly Right[] = [
  'table:read', 'table:write', 'signing-keys',
];
