// The function behind the schedule of publishing.
import { DynamoEpochRegister } from '@understudy/adapters/dynamodb';
import { PostgresReceiptBook, PostgresSettlementBook } from '@understudy/adapters/postgres';
import { peerOf } from '@understudy/core';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { connectBuckets } from '../shared/wire-bucket.ts';
import { ledgerPools } from '../shared/wire-ledger.ts';
import { tellOperators } from '../shared/wire-settle.ts';
import { connectTable } from '../shared/wire-table.ts';
import { publishVariables } from './config.ts';
import { createPublishHandler } from './handler.ts';
import type { PublishHandler } from './handler.ts';

export function build(environment: Environment): PublishHandler {
  const config = readConfig('publish', publishVariables, environment);
  const region = pairRegion(config.REGION);
  const base = createBase('publish', region);
  const pools = ledgerPools(config);
  const buckets = connectBuckets(config);
  return createPublishHandler({
    ...base,
    region,
    epochs: new DynamoEpochRegister(connectTable(config, base)),
    receipts: new PostgresReceiptBook(pools[region]),
    settlement: new PostgresSettlementBook(pools[region]),
    replica: new PostgresSettlementBook(pools[peerOf(region)]),
    bucket: buckets[region],
    peerBucket: buckets[peerOf(region)],
    tell: tellOperators(config, base),
  }, { closeAfterMs: config.TIMINGS.settlementCloseAfterMs, standbyPatienceMs: config.TIMINGS.settlementStandbyPatienceMs });
}

export const handler: PublishHandler = onFirstCall(() => build(process.env));
