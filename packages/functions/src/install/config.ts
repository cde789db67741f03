// What install needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const installVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'LEDGERS', 'LEDGER_OWNER',
] as const;

export const installRights: readonly Right[] = [
  'table:read', 'table:write', 'ledger:own', 'ledger:install',
];
