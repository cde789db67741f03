// What receipts needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const receiptsVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT', 'BUCKETS',
] as const;

export const receiptsRights: readonly Right[] = [
  'table:read', 'bucket:read',
];
