// The function behind GET /payments/{transaction_id} and GET /openapi.json.
import { DynamoJournal, DynamoKeyStore } from '@understudy/adapters/dynamodb';
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { connectTable } from '../shared/wire-table.ts';
import { readVariables } from './config.ts';
import { createReadHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('read', readVariables, environment);
  const base = createBase('read', pairRegion(config.REGION));
  const table = connectTable(config, base);
  return createReadHandler({ ...base, journal: new DynamoJournal(table, base.random), keys: new DynamoKeyStore(table, base.clock) });
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
