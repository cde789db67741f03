/**
 * The table of checkout sessions: a global table whose copies follow each other late, unlike the journal's.
 * Invariant: what stands here is part of the data; names are added, never changed.
 */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { SessionKey } from '@understudy/core';

/** In the shape of CreateTable. On AWS it becomes a global table with multi-region eventual consistency. */
export const sessionsTable: CreateTableCommandInput & { readonly TableName: string } = {
  TableName: 'understudy-sessions',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
};

/** Seconds since 1970 after which DynamoDB may remove an item, some time. Readers go by `expires_at`. */
export const SESSIONS_TTL_ATTRIBUTE = 'expires';

/** The same in both tables: what the session is, and in the journal's table who may pay it. */
export const sessionPk = (key: SessionKey): string => `S#${key.merchantId}#${key.sessionId}`;
