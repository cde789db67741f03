// What health needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const healthVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'TIMINGS',
] as const;

export const healthRights: readonly Right[] = [
  'table:read', 'table:write',
];
