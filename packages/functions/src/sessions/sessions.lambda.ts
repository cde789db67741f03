// The function behind POST /sessions and GET /sessions/{session_id}.
import { DynamoJournal } from '@understudy/adapters/dynamodb';
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { holdPorts, sessionCopies } from '../shared/wire-session.ts';
import { connectTable } from '../shared/wire-table.ts';
import { sessionsVariables } from './config.ts';
import { createSessionsHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('sessions', sessionsVariables, environment);
  const base = createBase('sessions', pairRegion(config.REGION));
  const table = connectTable(config, base);
  return createSessionsHandler({
    ...base,
    ...holdPorts(config, base, table),
    sessions: sessionCopies(config, base),
    journal: new DynamoJournal(table, base.random),
    policy: config.PAYMENT_POLICY,
  });
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
