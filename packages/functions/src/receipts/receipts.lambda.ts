// The function behind GET /payments/{transaction_id}/receipt. It is one of its own so that reading payments needs
// neither the buckets' client nor the right to use it.
import { DynamoJournal } from '@understudy/adapters/dynamodb';
import { peerOf } from '@understudy/core';
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { connectBucketReaders } from '../shared/wire-bucket.ts';
import { connectTable } from '../shared/wire-table.ts';
import { receiptsVariables } from './config.ts';
import { createReceiptsHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('receipts', receiptsVariables, environment);
  const region = pairRegion(config.REGION);
  const base = createBase('receipts', region);
  const buckets = connectBucketReaders(config);
  const journal = new DynamoJournal(connectTable(config, base), base.random);
  return createReceiptsHandler({ ...base, journal, bucket: buckets[region], peerBucket: buckets[peerOf(region)] });
}

export const handler: HttpHandler = onFirstCall(() => build(process.env));
