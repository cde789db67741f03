// The function behind the queue of notices and its schedule.
import { DynamoEpochRegister } from '@understudy/adapters/dynamodb';
import { PostgresOutbox } from '@understudy/adapters/postgres';
import { createSnsAlerts } from '@understudy/adapters/sns';
import { createSqsDeadDeliveries } from '@understudy/adapters/sqs';
import { tellThrough } from '@understudy/core';
import { given } from '../shared/given.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { ConfigFault, readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { ledgerPools } from '../shared/wire-ledger.ts';
import { connectTable } from '../shared/wire-table.ts';
import { endpointPorts } from '../shared/wire-webhooks.ts';
import { notifyVariables } from './config.ts';
import { createNotifyHandler } from './handler.ts';
import type { NotifyHandler } from './handler.ts';

export function build(environment: Environment): NotifyHandler {
  const config = readConfig('notify', notifyVariables, environment);
  const { webhookTimeoutMs, ...policy } = config.TIMINGS.notify;
  if (policy.leaseMs <= 2 * webhookTimeoutMs) throw new ConfigFault('TIMINGS.notify.leaseMs must be above twice TIMINGS.notify.webhookTimeoutMs: a claim must outlast the telling');
  const region = pairRegion(config.REGION);
  const base = createBase('notify', region);
  const table = connectTable(config, base);
  const alerts = createSnsAlerts({ topicArn: config.ALERTS_TOPIC_ARN, region, ...given({ endpoint: config.SNS_ENDPOINT }) });
  const { url, endpoint } = config.DEAD_DELIVERIES_QUEUE;
  return createNotifyHandler(
    {
      ...base,
      ...endpointPorts(config, base, table),
      region,
      epochs: new DynamoEpochRegister(table),
      outbox: new PostgresOutbox(ledgerPools(config)[region]),
      deadDeliveries: createSqsDeadDeliveries({ queueUrl: url, region, ...given({ endpoint }) }),
      alerts,
      tell: tellThrough(alerts, base.log),
      policy: config.PAYMENT_POLICY,
    },
    policy,
  );
}

export const handler: NotifyHandler = onFirstCall(() => build(process.env));
