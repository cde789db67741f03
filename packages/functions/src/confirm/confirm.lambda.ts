// The function behind the schedule of confirmation.
import { DynamoEpochRegister, DynamoJournal, DynamoWorkIndex } from '@understudy/adapters/dynamodb';
import { PostgresLedger } from '@understudy/adapters/postgres';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { ledgerPools } from '../shared/wire-ledger.ts';
import { connectTable } from '../shared/wire-table.ts';
import { confirmVariables } from './config.ts';
import { createConfirmHandler } from './handler.ts';
import type { ConfirmHandler } from './handler.ts';

export function build(environment: Environment): ConfirmHandler {
  const config = readConfig('confirm', confirmVariables, environment);
  const region = pairRegion(config.REGION);
  const base = createBase('confirm', region);
  const table = connectTable(config, base);
  return createConfirmHandler({
    ...base,
    region,
    epochs: new DynamoEpochRegister(table),
    journal: new DynamoJournal(table, base.random),
    workIndex: new DynamoWorkIndex(table),
    ledger: new PostgresLedger(ledgerPools(config)[region]),
  });
}

export const handler: ConfirmHandler = onFirstCall(() => build(process.env));
