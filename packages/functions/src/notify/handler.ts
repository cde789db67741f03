// Tells what stands in the books: what hints name at once, and on a schedule everything that is due. Invariant: a hint
// is never the only copy of anything, so every hint is deleted whatever became of it, unless a bug threw; the schedule
// finds what was left. A dead letter that was brought back asks for its payment to be told again.
import { asksForRedelivery, parseHint } from '@understudy/adapters/sqs';
import { isPortFault, notify, redeliverDead } from '@understudy/core';
import type { NotifyPass, NotifyPolicy, NotifyPorts, PaymentKey } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';
import type { QueueEvent, QueueResult } from '../settle/handler.ts';

export type NotifyHandlerPorts = NotifyPorts & Runtime;

/** From the queue, or from a schedule. */
export type NotifyHandler = (event?: unknown, context?: InvocationContext) => Promise<QueueResult | NotifyPass>;

const isQueueEvent = (event: unknown): event is QueueEvent => typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);

export function createNotifyHandler(ports: NotifyHandlerPorts, policy: NotifyPolicy): NotifyHandler {
  return (event, context) => runInvocation<QueueResult | NotifyPass>(ports, context, () => (isQueueEvent(event) ? tellHinted(ports, policy, event) : notify(ports, policy)));
}

async function tellHinted(ports: NotifyHandlerPorts, policy: NotifyPolicy, { Records }: QueueEvent): Promise<QueueResult> {
  const hints = Records.flatMap(({ body, messageId }) => {
    const key = parseHint(body);
    if (!key) ports.log.error('hint_unreadable', { message_id: messageId });
    return key ? [{ key, redeliver: asksForRedelivery(body), messageId }] : [];
  });
  const again = hints.filter((hint) => hint.redeliver);
  // These alone are not hints: a person asked, and nothing else remembers that.
  if (again.length > 0 && !(await redelivered(ports, again.map((hint) => hint.key)))) return { batchItemFailures: again.map((hint) => ({ itemIdentifier: hint.messageId })) };
  await tellNow(ports, policy, hints.map((hint) => hint.key));
  return { batchItemFailures: [] };
}

async function redelivered(ports: NotifyHandlerPorts, keys: readonly PaymentKey[]): Promise<boolean> {
  try {
    return await redeliverDead(ports, keys);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return false;
  }
}

async function tellNow(ports: NotifyHandlerPorts, policy: NotifyPolicy, keys: readonly PaymentKey[]): Promise<void> {
  if (keys.length === 0) return;
  try {
    await notify(ports, policy, keys);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('notify_left_to_schedule', { hints: keys.length, cause: error.message });
  }
}
