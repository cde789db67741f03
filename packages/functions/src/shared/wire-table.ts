// The connection to the strongly consistent table.
import { createDynamoConnection } from '@understudy/adapters/dynamodb';
import type { DynamoConnection } from '@understudy/adapters/dynamodb';
import { isRegion, peerOf } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { Base } from './wire-base.ts';
import { given } from './given.ts';
import type { Variables } from './variables.ts';

export type TableVariables = Pick<Variables, 'REGION' | 'JOURNAL_TABLE' | 'DYNAMODB_ENDPOINT' | 'DYNAMODB_PEER_ENDPOINT'>;

/** A witness has no endpoint that can be asked, so its detector asks the region nearer to it, then the other. */
const nearWitness: Region = 'us-east-2';

/** `limits`: of one attempt; the connection's own unless told. */
export function connectTable(config: TableVariables, base: Pick<Base, 'clock'>, limits?: { readonly connectMs: number; readonly totalMs: number }): DynamoConnection {
  const region = isRegion(config.REGION) ? config.REGION : nearWitness;
  return createDynamoConnection({
    region,
    peerRegion: peerOf(region),
    table: config.JOURNAL_TABLE,
    clock: base.clock,
    ...given({ primaryEndpoint: config.DYNAMODB_ENDPOINT, peerEndpoint: config.DYNAMODB_PEER_ENDPOINT, limits }),
  });
}
