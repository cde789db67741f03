// The function behind the schedule of detection, in all three regions.
import { DynamoEpochRegister, DynamoJournal, DynamoVotes, DynamoWorkIndex } from '@understudy/adapters/dynamodb';
import { PostgresLedgerControl } from '@understudy/adapters/postgres';
import { createHttpProbe } from '@understudy/adapters/probe';
import { createStatesMover } from '@understudy/adapters/states';
import { systemRandom } from '@understudy/adapters/system';
import { witnessRegion } from '@understudy/core';
import { given } from '../shared/given.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment, Variables } from '../shared/variables.ts';
import { createBase } from '../shared/wire-base.ts';
import { ledgerPools } from '../shared/wire-ledger.ts';
import { tellOperators } from '../shared/wire-settle.ts';
import { connectTable } from '../shared/wire-table.ts';
import { detectVariables, witnessVariables } from './config.ts';
import { createDetectHandler } from './handler.ts';
import type { DetectHandler, DetectHandlerPorts } from './handler.ts';

export function build(environment: Environment): DetectHandler {
  const config = readConfig('detect', witnessVariables, environment);
  const base = createBase('detect', config.REGION);
  const table = connectTable(config, base);
  const ports: DetectHandlerPorts = {
    ...base,
    vantage: config.REGION,
    epochs: new DynamoEpochRegister(table),
    votes: new DynamoVotes(table),
    probe: createHttpProbe({ urls: config.PROBE_URLS, timeoutMs: config.TIMINGS.probeTimeoutMs }),
    tell: tellOperators(config, base),
    policy: { ...config.TIMINGS.detect, mode: config.FAILOVER_POLICY },
  };
  if (config.REGION === witnessRegion) return createDetectHandler(ports);
  const pair = readConfig('detect', detectVariables, environment);
  return createDetectHandler({ ...ports, ledger: { control: new PostgresLedgerControl(ledgerPools(pair)), workIndex: new DynamoWorkIndex(table), journal: new DynamoJournal(table, systemRandom), mover: moverOf(pair) } });
}

const moverOf = (config: Pick<Variables, 'REGION' | 'STATES_ENDPOINT' | 'MOVE_STATE_MACHINE_ARN'>): ReturnType<typeof createStatesMover> =>
  createStatesMover({ stateMachineArn: config.MOVE_STATE_MACHINE_ARN, region: config.REGION, ...given({ endpoint: config.STATES_ENDPOINT }) });

export const handler: DetectHandler = onFirstCall(() => build(process.env));
