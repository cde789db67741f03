// The ports of everything that settles.
import { createAcquirerSides, createHttpAcquirer } from '@understudy/adapters/acquirer';
import { DynamoEpochRegister, DynamoJournal, DynamoRefunds, DynamoWorkIndex } from '@understudy/adapters/dynamodb';
import type { DynamoConnection } from '@understudy/adapters/dynamodb';
import { PostgresLedger } from '@understudy/adapters/postgres';
import { announceThrough, tellThrough } from '@understudy/core';
import type { Acquirer, ReconcilePorts, Tell } from '@understudy/core';
import { createSnsAlerts, createSnsEventTopic } from '@understudy/adapters/sns';
import { given } from './given.ts';
import { pairRegion } from './wire-base.ts';
import type { Base } from './wire-base.ts';
import type { LedgerPools } from './wire-ledger.ts';
import { ConfigFault } from './variables.ts';
import type { AcquirerAddress, Variables } from './variables.ts';

export type SettleVariables = Pick<Variables, 'REGION' | 'ACQUIRERS' | 'ALERTS_TOPIC_ARN' | 'TRANSACTIONS_TOPIC_ARN' | 'SNS_ENDPOINT' | 'PAYMENT_POLICY' | 'TIMINGS'>;

export interface SettleConnections {
  readonly table: DynamoConnection;
  readonly pools: LedgerPools;
}

export const tellOperators = (config: Pick<Variables, 'REGION' | 'ALERTS_TOPIC_ARN' | 'SNS_ENDPOINT'>, base: Base): Tell =>
  tellThrough(createSnsAlerts({ topicArn: config.ALERTS_TOPIC_ARN, region: config.REGION, ...given({ endpoint: config.SNS_ENDPOINT }) }), base.log);

/** Throws ConfigFault: a payment decided against is posted once no charge of it can still be on its way. */
function checkPatience({ PAYMENT_POLICY: policy, TIMINGS: timings }: SettleVariables): void {
  if (policy.chargeInFlightMs <= timings.acquirerTimeoutMs) throw new ConfigFault('PAYMENT_POLICY.chargeInFlightMs must be above TIMINGS.acquirerTimeoutMs');
}

function connectAcquirers({ ACQUIRERS: { live, test }, TIMINGS }: Pick<Variables, 'ACQUIRERS' | 'TIMINGS'>): Acquirer {
  const side = ({ url, apiKey }: AcquirerAddress): Acquirer => createHttpAcquirer({ baseUrl: url, timeoutMs: TIMINGS.acquirerTimeoutMs, ...given({ apiKey }) });
  return createAcquirerSides({ live: side(live), test: side(test) });
}

export function settlePorts(config: SettleVariables, base: Base, { table, pools }: SettleConnections): Base & ReconcilePorts {
  checkPatience(config);
  const region = pairRegion(config.REGION);
  return {
    ...base,
    region,
    journal: new DynamoJournal(table, base.random),
    refunds: new DynamoRefunds(table, base.random),
    epochs: new DynamoEpochRegister(table),
    workIndex: new DynamoWorkIndex(table),
    ledger: new PostgresLedger(pools[region]),
    acquirer: connectAcquirers(config),
    tell: tellOperators(config, base),
    announce: announceThrough(createSnsEventTopic({ topicArn: config.TRANSACTIONS_TOPIC_ARN, region, ...given({ endpoint: config.SNS_ENDPOINT }) }), base.log),
    policy: config.PAYMENT_POLICY,
  };
}
