/** The dependencies of each region that somebody has broken, and what that means on the network and in the table. */
import { regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { LinkEffect } from './switchboard/effects.ts';
import type { Network, Service } from './network.ts';
import type { ServiceFault } from './state.ts';

export interface ServiceFaultsOptions {
  readonly network: Network;
  /** Where the table takes its injected faults. */
  readonly tableControlPort: () => number;
}

const effectsOf = (fault: ServiceFault): readonly LinkEffect[] => [
  ...(fault.fail ? [{ kind: 'cut' } as const] : []),
  ...(fault.delayMs === undefined || fault.delayMs === 0 ? [] : [{ kind: 'delay', delayMs: fault.delayMs } as const]),
  ...(fault.drop === undefined ? [] : [{ kind: 'drop', direction: fault.drop } as const]),
];

export class ServiceFaults {
  readonly #options: ServiceFaultsOptions;
  readonly #faults = new Map<Region, Map<Service, ServiceFault>>(regions.map((region) => [region, new Map()]));

  constructor(options: ServiceFaultsOptions) {
    this.#options = options;
  }

  async set(region: Region, service: Service, fault: ServiceFault): Promise<void> {
    if (service === 'index') await this.#stallIndex(region, fault);
    else this.#options.network.breakService(region, service, effectsOf(fault));
    const broken = fault.fail || (fault.delayMs ?? 0) > 0 || fault.drop !== undefined;
    if (broken) this.#faults.get(region)?.set(service, fault);
    else this.#faults.get(region)?.delete(service);
  }

  of(region: Region): Readonly<Partial<Record<Service, ServiceFault>>> {
    return Object.fromEntries(this.#faults.get(region) ?? []);
  }

  async #stallIndex(region: Region, fault: ServiceFault): Promise<void> {
    const changes = { [region]: { indexStalled: fault.fail, indexDelayMs: fault.delayMs ?? 0 } };
    const answer = await fetch(`http://127.0.0.1:${this.#options.tableControlPort()}/faults`, { method: 'POST', body: JSON.stringify(changes) });
    if (!answer.ok) throw new Error(`the table refused the fault: ${await answer.text()}`);
  }
}
