// The function behind POST and GET /payments/{transaction_id}/refunds.
import { DynamoRefunds } from '@understudy/adapters/dynamodb';
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { acceptPorts } from '../shared/wire-accept.ts';
import { createBase } from '../shared/wire-base.ts';
import { connectTable } from '../shared/wire-table.ts';
import { refundsVariables } from './config.ts';
import { createRefundsHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('refunds', refundsVariables, environment);
  const base = createBase('refunds', config.REGION);
  const table = connectTable(config, base);
  return createRefundsHandler({ ...acceptPorts(config, base, table), refunds: new DynamoRefunds(table, base.random) });
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
