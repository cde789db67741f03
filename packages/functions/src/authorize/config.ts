// What authorize needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const authorizeVariables = ['REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT', 'USAGE_SET'] as const;

export const authorizeRights: readonly Right[] = ['table:read'];
