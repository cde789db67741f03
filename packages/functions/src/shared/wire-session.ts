// The ports of everything that has to do with sessions.
import { DynamoSessionHolds, DynamoSessions } from '@understudy/adapters/dynamodb';
import type { DynamoConnection } from '@understudy/adapters/dynamodb';
import type { HoldPorts, Sessions } from '@understudy/core';
import { sessionSigner } from './signing-keys.ts';
import type { Variables } from './variables.ts';
import type { Base } from './wire-base.ts';
import { connectTable } from './wire-table.ts';
import type { TableVariables } from './wire-table.ts';

/** What paying a session takes. `table` leads to the journal's table. */
export const holdPorts = (config: Pick<Variables, 'SIGNING_KEYS'>, base: Base, table: DynamoConnection): Pick<HoldPorts, 'holds' | 'signer'> => ({
  holds: new DynamoSessionHolds(table),
  signer: sessionSigner(config.SIGNING_KEYS, base.clock),
});

/** The copies of the sessions table, at the same endpoints as the journal's. */
export const sessionCopies = (config: TableVariables & Pick<Variables, 'SESSIONS_TABLE'>, base: Base): Sessions =>
  new DynamoSessions(connectTable({ ...config, JOURNAL_TABLE: config.SESSIONS_TABLE }, base));
