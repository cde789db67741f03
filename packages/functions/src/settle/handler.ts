// Consumes hints. Invariant: a hint is deleted only when its payment is in the books or is nothing for this region to
// settle; everything else stays in the queue. A hint is never the only copy, so an unreadable one is deleted.
import { parseHint } from '@understudy/adapters/sqs';
import { keyText, settlePayments } from '@understudy/core';
import type { PaymentKey, SettlePorts } from '@understudy/core';
import { runInvocation } from '../shared/invocation.ts';
import type { InvocationContext, Runtime } from '../shared/invocation.ts';

/** The parts of an SQS event that are used. */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

export interface QueueResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export type QueueHandler = (event: QueueEvent, context?: InvocationContext) => Promise<QueueResult>;

export type SettleHandlerPorts = SettlePorts & Runtime;

interface Hint {
  readonly messageId: string;
  readonly key: PaymentKey;
}

export function createSettleHandler(ports: SettleHandlerPorts): QueueHandler {
  return (event, context) =>
    runInvocation(ports, context, async () => {
      const hints = event.Records.flatMap((record) => readHint(ports, record));
      if (hints.length === 0) return { batchItemFailures: [] };
      const results = await settlePayments(ports, hints.map((hint) => hint.key));
      const left = hints.filter((hint) => mustStay(results.get(keyText(hint.key))));
      ports.log.info('settled_batch', { hints: hints.length, left: left.length });
      return { batchItemFailures: left.map((hint) => ({ itemIdentifier: hint.messageId })) };
    });
}

function readHint(ports: SettleHandlerPorts, record: QueueEvent['Records'][number]): readonly Hint[] {
  const key = parseHint(record.body);
  if (key) return [{ messageId: record.messageId, key }];
  ports.log.error('hint_unreadable', { message_id: record.messageId });
  return [];
}

function mustStay(result: 'settled' | 'dropped' | 'waiting' | undefined): boolean {
  switch (result) {
    case 'settled':
    case 'dropped':
      return false;
    case 'waiting':
    case undefined:
      return true;
  }
}
