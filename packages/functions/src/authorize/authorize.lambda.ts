// The function that API Gateway asks whose key a request carries.
import { DynamoKeyStore } from '@understudy/adapters/dynamodb';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { connectTable } from '../shared/wire-table.ts';
import { authorizeVariables } from './config.ts';
import { createAuthorizeHandler } from './handler.ts';
import type { AuthorizerHandler } from './handler.ts';

export function build(environment: Environment): AuthorizerHandler {
  const config = readConfig('authorize', authorizeVariables, environment);
  const base = createBase('authorize', pairRegion(config.REGION));
  return createAuthorizeHandler({ ...base, usageSet: config.USAGE_SET, keys: new DynamoKeyStore(connectTable(config, base), base.clock) });
}

export const handler: AuthorizerHandler = onFirstCall(() => build(process.env));
