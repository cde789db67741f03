// What every function has, whatever it does: time, randomness, a digest, its log and its metrics.
import { createEmfMetrics } from '@understudy/adapters/metrics';
import type { EmfMetrics } from '@understudy/adapters/metrics';
import { sha256Hex, systemClock, systemRandom } from '@understudy/adapters/system';
import type { Clock, Digest, Random, Region, Vantage } from '@understudy/core';
import { isRegion } from '@understudy/core';
import { createLog } from './log.ts';
import type { InvocationLog } from './log.ts';
import { ConfigFault } from './variables.ts';

export interface Base {
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly log: InvocationLog;
  readonly metrics: EmfMetrics;
}

export const createBase = (name: string, region: Vantage): Base => ({
  clock: systemClock,
  random: systemRandom,
  digest: sha256Hex,
  log: createLog({ function: name, region }),
  metrics: createEmfMetrics({ namespace: 'PaymentProcessing', region, service: name }),
});

/** For all that runs only where payments are held. Throws ConfigFault. */
export function pairRegion(region: Vantage): Region {
  if (!isRegion(region)) throw new ConfigFault('REGION must be us-east-1 or us-east-2 for this function: the witness region holds no payments');
  return region;
}
