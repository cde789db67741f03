// The ports of everything that accepts or cancels payments.
import { DynamoEpochRegister, DynamoJournal } from '@understudy/adapters/dynamodb';
import type { DynamoConnection } from '@understudy/adapters/dynamodb';
import { createSqsQueue } from '@understudy/adapters/sqs';
import type { SqsQueueAddress } from '@understudy/adapters/sqs';
import { rememberActiveRegion } from '@understudy/core';
import type { AcceptPorts, Region } from '@understudy/core';
import { given } from './given.ts';
import { pairRegion } from './wire-base.ts';
import type { Base } from './wire-base.ts';
import type { Variables } from './variables.ts';

export type AcceptVariables = Pick<Variables, 'REGION' | 'QUEUES' | 'PAYMENT_POLICY' | 'TIMINGS'>;

export function acceptPorts(config: AcceptVariables, base: Base, table: DynamoConnection): Base & AcceptPorts {
  const addressOf = (region: Region): SqsQueueAddress => {
    const { url, endpoint } = config.QUEUES[region];
    return { queueUrl: url, region, ...given({ endpoint }) };
  };
  return {
    ...base,
    region: pairRegion(config.REGION),
    journal: new DynamoJournal(table, base.random),
    queue: createSqsQueue({ queues: { 'us-east-1': addressOf('us-east-1'), 'us-east-2': addressOf('us-east-2') } }),
    activeRegion: rememberActiveRegion({ epochs: new DynamoEpochRegister(table), clock: base.clock }, config.TIMINGS.activeRegionFreshMs),
    policy: config.PAYMENT_POLICY,
  };
}
