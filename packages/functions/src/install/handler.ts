// Makes a deployment ready: the ledger's schema up to date, the service let into it, and the first epoch record there.
// Invariant: repeating it changes nothing, and it never touches an epoch record that stands. In the region whose ledger
// is a standby there is nothing to do: the schema comes by replication.
import { epochMs, firstEpochRecord, primaryRegion } from '@understudy/core';
import type { Clock, EpochRegister } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';

export type Installed = { readonly ledger: 'migrated'; readonly applied: readonly string[] } | { readonly ledger: 'standby' };

export type InstallHandler = (event?: unknown, context?: InvocationContext) => Promise<Installed>;

export interface InstallPorts extends Runtime {
  readonly clock: Pick<Clock, 'now'>;
  readonly epochs: Pick<EpochRegister, 'initialise'>;
  readonly ledger: {
    migrate(): Promise<{ readonly code: 'migrated'; readonly applied: readonly string[] } | { readonly code: 'standby' }>;
    letServiceIn(): Promise<void>;
  };
}

export function createInstallHandler(ports: InstallPorts): InstallHandler {
  return (_event, context) => runInvocation(ports, context, () => install(ports));
}

async function install({ clock, epochs, ledger, log }: InstallPorts): Promise<Installed> {
  const migrated = await ledger.migrate();
  if (migrated.code === 'migrated') await ledger.letServiceIn();
  // Last: from here on a region may settle, and needs the books.
  await epochs.initialise(firstEpochRecord(primaryRegion, epochMs(clock.now())));
  const installed: Installed = migrated.code === 'migrated' ? { ledger: 'migrated', applied: migrated.applied } : { ledger: 'standby' };
  log.info('installed', { ...installed });
  return installed;
}
