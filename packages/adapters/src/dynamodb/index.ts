// The strongly consistent table and all that is kept in it.
export { createDynamoConnection } from './connection.ts';
export type { ConnectionOptions, DynamoConnection } from './connection.ts';
export { CUSTOMER_INDEX, journalTable, WORK_INDEX } from './journal-table.ts';
export { DynamoCanary } from './dynamo-canary.ts';
export { DynamoEndpoints } from './dynamo-endpoints.ts';
export { DynamoEpochRegister } from './dynamo-epoch-register.ts';
export { DynamoJournal } from './dynamo-journal.ts';
export { DynamoRefunds } from './dynamo-refunds.ts';
export { DynamoCustomerIndex } from './dynamo-customer-index.ts';
export { DynamoKeyStore } from './dynamo-key-store.ts';
export { DynamoMoveLog } from './dynamo-move-log.ts';
export { DynamoOperationLog } from './dynamo-operation-log.ts';
export { DynamoSessionHolds } from './dynamo-session-holds.ts';
export { DynamoSessions } from './dynamo-sessions.ts';
export { sessionsTable, SESSIONS_TTL_ATTRIBUTE } from './sessions-table.ts';
export { DynamoBookmarks, DynamoHoldUpkeep, DynamoUpkeep } from './dynamo-upkeep.ts';
export { DynamoVotes } from './dynamo-votes.ts';
export { DynamoWorkIndex } from './dynamo-work-index.ts';
