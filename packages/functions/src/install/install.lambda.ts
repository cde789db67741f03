// The function that a deployment calls once everything it builds on is there.
import { DynamoEpochRegister } from '@understudy/adapters/dynamodb';
import { grantService, migrate } from '@understudy/adapters/postgres';
import { readPassword } from '../shared/ledger-password.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { connectionOf } from '../shared/wire-ledger.ts';
import { connectTable } from '../shared/wire-table.ts';
import { installVariables } from './config.ts';
import { createInstallHandler } from './handler.ts';
import type { InstallHandler } from './handler.ts';

export function build(environment: Environment): InstallHandler {
  const config = readConfig('install', installVariables, environment);
  const region = pairRegion(config.REGION);
  const base = createBase('install', region);
  const { user, passwordSecret, serviceRole } = config.LEDGER_OWNER;
  const owner = { ...connectionOf(config.LEDGERS[region]), user, password: () => readPassword(passwordSecret) };
  return createInstallHandler({
    ...base,
    epochs: new DynamoEpochRegister(connectTable(config, base)),
    ledger: { migrate: () => migrate(owner), letServiceIn: () => grantService(owner, serviceRole) },
  });
}

export const handler: InstallHandler = onFirstCall(() => build(process.env));
