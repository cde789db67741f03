// What purge needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const purgeVariables = ['REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT', 'TIMINGS'] as const;

export const purgeRights: readonly Right[] = ['table:read', 'table:write', 'table:delete', 'table:scan'];
