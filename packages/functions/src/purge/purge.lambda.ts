// The function behind the schedule of the purge.
import { DynamoBookmarks, DynamoEpochRegister, DynamoHoldUpkeep, DynamoUpkeep, DynamoWorkIndex } from '@understudy/adapters/dynamodb';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { connectTable } from '../shared/wire-table.ts';
import { purgeVariables } from './config.ts';
import { createPurgeHandler } from './handler.ts';
import type { PurgeHandler } from './handler.ts';

/** Two thirds of the time that its process has. */
const PASS_MS = 600_000;

export function build(environment: Environment): PurgeHandler {
  const config = readConfig('purge', purgeVariables, environment);
  const base = createBase('purge', config.REGION);
  const table = connectTable(config, base);
  return createPurgeHandler({
    ...base,
    region: pairRegion(config.REGION),
    epochs: new DynamoEpochRegister(table),
    workIndex: new DynamoWorkIndex(table),
    upkeep: new DynamoUpkeep(table),
    oldHolds: new DynamoHoldUpkeep(table),
    bookmarks: new DynamoBookmarks(table),
  }, { purgeAfterMs: config.TIMINGS.purgeAfterMs, passMs: PASS_MS });
}

export const handler: PurgeHandler = onFirstCall(() => build(process.env));
