// What DNS asks: can this region accept payments, and should clients come here? It follows acceptance, never the
// ledger. A region that is DNS primary but not active answers 503 (the latch), so that traffic does not flap back
// before a planned failback. Latched or not, it still accepts whatever reaches it.
import { primaryRegion } from '../domain/region/region.ts';
import type { Region } from '../domain/region/region.ts';
import { epochMs } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Canary } from '../ports/canary.ts';
import type { Clock } from '../ports/clock.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';

export type Health = { readonly healthy: true } | { readonly healthy: false; readonly reason: 'cannot_accept' | 'not_active' };

export interface HealthPorts {
  readonly region: Region;
  readonly canary: Canary;
  readonly epochs: EpochRegister;
  readonly clock: Clock;
}

export interface HealthPolicy {
  /** A result serves this long: health checks come from many places at once. */
  readonly cacheMs: number;
  /** A canary that takes longer has failed. */
  readonly limitMs: number;
}

/** A health check with its own memory: one canary under way at a time, its result cached. */
export function createHealthCheck(ports: HealthPorts, policy: HealthPolicy): () => Promise<Health> {
  let last: Health | undefined;
  let checkedAt: EpochMs = epochMs(-Infinity);
  let checking: Promise<Health> | undefined;
  const check = async (): Promise<Health> => {
    try {
      return await Promise.race([look(ports), tooSlow(ports, policy)]);
    } catch (error) {
      if (!isPortFault(error)) throw error;
      return { healthy: false, reason: 'cannot_accept' };
    }
  };
  return async () => {
    if (last && ports.clock.now() - checkedAt < policy.cacheMs) return last;
    checking ??= check().finally(() => {
      checking = undefined;
    });
    last = await checking;
    checkedAt = ports.clock.now();
    return last;
  };
}

async function look(ports: HealthPorts): Promise<Health> {
  await ports.canary.write(ports.region, ports.clock.now());
  const record = await ports.epochs.read();
  const latched = ports.region === primaryRegion && record.activeRegion !== ports.region;
  return latched ? { healthy: false, reason: 'not_active' } : { healthy: true };
}

async function tooSlow(ports: HealthPorts, policy: HealthPolicy): Promise<Health> {
  await ports.clock.sleep(policy.limitMs);
  return { healthy: false, reason: 'cannot_accept' };
}
