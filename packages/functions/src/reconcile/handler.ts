// Runs one pass of reconciliation on a schedule: over the index, or, when the schedule asks for `{"over":"scan"}`,
// over the whole journal. The schedule itself repeats; a pass that fails throws, so that it is counted.
import { reconcile } from '@understudy/core';
import type { ReconcilePass, ReconcilePolicy, ReconcilePorts } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';

export type ReconcileHandler = (event?: unknown, context?: InvocationContext) => Promise<ReconcilePass>;

export type ReconcileHandlerPorts = ReconcilePorts & Runtime;

const asksForScan = (event: unknown): boolean => typeof event === 'object' && event !== null && 'over' in event && event.over === 'scan';

export function createReconcileHandler(ports: ReconcileHandlerPorts, policy: ReconcilePolicy): ReconcileHandler {
  return (event, context) => runInvocation(ports, context, () => reconcile(ports, policy, asksForScan(event) ? 'scan' : 'index'));
}
