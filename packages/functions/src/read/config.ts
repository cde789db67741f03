// What read needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const readVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
] as const;

export const readRights: readonly Right[] = [
  'table:read', 'customer-index:read',
];
