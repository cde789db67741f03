// The function behind GET /payments/{transaction_id}, GET /customers/{customer_id}/payments and GET /openapi.json.
import { DynamoCustomerIndex, DynamoJournal } from '@understudy/adapters/dynamodb';
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
  return createReadHandler({ ...base, journal: new DynamoJournal(table, base.random), customers: new DynamoCustomerIndex(table) });
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
