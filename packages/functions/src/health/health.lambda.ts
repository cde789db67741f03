// The function behind GET /health.
import { DynamoCanary, DynamoEpochRegister } from '@understudy/adapters/dynamodb';
import type { HttpHandler } from '../shared/http-event.ts';
import { onFirstCall } from '../shared/on-first-call.ts';
import { readConfig } from '../shared/variables.ts';
import type { Environment } from '../shared/variables.ts';
import { createBase, pairRegion } from '../shared/wire-base.ts';
import { connectTable } from '../shared/wire-table.ts';
import { healthVariables } from './config.ts';
import { createHealthHandler } from './handler.ts';

export function build(environment: Environment): HttpHandler {
  const config = readConfig('health', healthVariables, environment);
  const region = pairRegion(config.REGION);
  const base = createBase('health', region);
  const { healthCacheMs, healthLimitMs } = config.TIMINGS;
  const table = connectTable(config, base, limitsWithin(healthLimitMs));
  return createHealthHandler(
    { ...base, region, canary: new DynamoCanary(table), epochs: new DynamoEpochRegister(table) },
    { cacheMs: healthCacheMs, limitMs: healthLimitMs },
  );
}

/**
 * An attempt at each endpoint fits into one check: a region whose own endpoint takes requests and never answers accepts
 * through the other one, and each check may be the one that tries the silent endpoint again.
 */
const limitsWithin = (limitMs: number): { readonly connectMs: number; readonly totalMs: number } =>
  ({ connectMs: Math.ceil(limitMs * 0.2), totalMs: Math.ceil(limitMs * 0.45) });

export const handler: HttpHandler = onFirstCall(() => build(process.env));
