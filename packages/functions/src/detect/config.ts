// What detect needs: its variables, and what it may do. Its deployment is derived from both.
import type { Right } from '../shared/rights.ts';

export const detectVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'ALERTS_TOPIC_ARN', 'SNS_ENDPOINT', 'PROBE_URLS', 'TIMINGS', 'FAILOVER_POLICY',
  'LEDGERS', 'STATES_ENDPOINT', 'MOVE_STATE_MACHINE_ARN',
] as const;

export const detectRights: readonly Right[] = [
  'table:read', 'table:write', 'index:read', 'ledger:both', 'alerts:publish', 'probe', 'workflow:start',
];

/** The witness region holds no payments: it looks and votes, and starts nothing. */
export const witnessVariables = [
  'REGION', 'JOURNAL_TABLE', 'DYNAMODB_ENDPOINT', 'DYNAMODB_PEER_ENDPOINT',
  'ALERTS_TOPIC_ARN', 'SNS_ENDPOINT', 'PROBE_URLS', 'TIMINGS', 'FAILOVER_POLICY',
] as const;

export const witnessRights: readonly Right[] = ['table:read', 'table:write', 'alerts:publish', 'probe'];
