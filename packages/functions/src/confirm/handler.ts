// Runs one pass of confirmation on a schedule; only the standby finds anything to do. A pass that fails throws.
import { confirm } from '@understudy/core';
import type { ConfirmPass, ConfirmPorts } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';

export type ConfirmHandler = (event?: unknown, context?: InvocationContext) => Promise<ConfirmPass>;

export type ConfirmHandlerPorts = ConfirmPorts & Runtime;

export function createConfirmHandler(ports: ConfirmHandlerPorts): ConfirmHandler {
  return (_event, context) => runInvocation(ports, context, () => confirm(ports));
}
