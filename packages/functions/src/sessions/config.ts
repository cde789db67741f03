// What sessions needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const sessionsVariables = [
  'REGION', 'JOURNAL_TABLE', 'SESSIONS_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT', 'SIGNING_KEYS', 'PAYMENT_POLICY',
] as const;

export const sessionsRights: readonly Right[] = [
  'table:read', 'sessions:read', 'sessions:write', 'signing-keys',
];
