// Runs one pass of the purge on a schedule; only the active region finds anything to do. A pass that fails throws, so
// that it is counted, and the next goes on where it ended.
import { purge } from '@understudy/core';
import type { PurgePass, PurgePolicy, PurgePorts } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';

export type PurgeHandler = (event?: unknown, context?: InvocationContext) => Promise<PurgePass>;

export type PurgeHandlerPorts = PurgePorts & Runtime;

export function createPurgeHandler(ports: PurgeHandlerPorts, policy: PurgePolicy): PurgeHandler {
  return (_event, context) => runInvocation(ports, context, () => purge(ports, policy));
}
