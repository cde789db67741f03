// Runs one pass of publishing on a schedule: settlement files, then receipts. Only the active region finds anything to
// do. An operator may call it with `{"through":"2026-01-05"}` to close that day now. A pass that fails throws.
import { businessDateOf, publishReceipts, publishSettlementFiles } from '@understudy/core';
import type { BusinessDate, ReceiptPass, ReceiptPorts, SettlementPass, SettlementPolicy, SettlementPorts } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';

export interface PublishPass {
  readonly settlement: SettlementPass;
  readonly receipts: ReceiptPass;
}

export type PublishHandler = (event?: unknown, context?: InvocationContext) => Promise<PublishPass>;

export type PublishHandlerPorts = ReceiptPorts & SettlementPorts & Runtime;

export function createPublishHandler(ports: PublishHandlerPorts, policy: SettlementPolicy): PublishHandler {
  return (event, context) =>
    runInvocation(ports, context, async () => {
      const through = dayToClose(event, businessDateOf(ports.clock.now()));
      // Neither waits for what is wrong with the other.
      const [settlement, receipts] = await Promise.allSettled([publishSettlementFiles(ports, policy, through), publishReceipts(ports)]);
      if (settlement.status === 'rejected') throw settlement.reason;
      if (receipts.status === 'rejected') throw receipts.reason;
      return { settlement: settlement.value, receipts: receipts.value };
    });
}

/** Throws when it is asked for and is no day, or one that has not begun. */
function dayToClose(event: unknown, today: BusinessDate): BusinessDate | undefined {
  if (typeof event !== 'object' || event === null || !('through' in event)) return undefined;
  const { through } = event;
  const isDay = typeof through === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(through) && !Number.isNaN(Date.parse(through)) && new Date(through).toISOString().startsWith(through);
  if (!isDay || through > today) throw new Error(`"through" must be a day such as 2026-01-05, not later than today, which is ${today}`);
  return through as BusinessDate;
}
