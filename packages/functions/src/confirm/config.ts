// What confirm needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const confirmVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'LEDGERS',
] as const;

export const confirmRights: readonly Right[] = [
  'table:read', 'table:write', 'index:read', 'ledger:own',
];
