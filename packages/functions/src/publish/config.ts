// What publish needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const publishVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'LEDGERS', 'BUCKETS', 'ALERTS_TOPIC_ARN', 'SNS_ENDPOINT', 'TIMINGS',
] as const;

export const publishRights: readonly Right[] = [
  'table:read', 'ledger:both', 'bucket:read', 'bucket:write', 'alerts:publish',
];
