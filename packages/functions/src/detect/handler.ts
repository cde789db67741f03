// Runs one tick of this region's detector on a schedule. A tick that cannot read the epoch or the votes throws: it is
// blind, and did nothing.
import { watchActiveRegion } from '@understudy/core';
import type { Detection, WatchPorts } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';

export type DetectHandler = (event?: unknown, context?: InvocationContext) => Promise<Detection>;

export type DetectHandlerPorts = WatchPorts & Runtime;

export function createDetectHandler(ports: DetectHandlerPorts): DetectHandler {
  return (_event, context) =>
    runInvocation(ports, context, async () => {
      const detection = await watchActiveRegion(ports);
      ports.log.info('detected', { row: detection.row, action: detection.action, because: detection.because });
      return detection;
    });
}
