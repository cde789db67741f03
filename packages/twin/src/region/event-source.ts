/**
 * Lambda's event source mapping for SQS: receives batches, calls the function, deletes what it did not report as failed.
 * Invariant: a message is deleted only after its function has answered for it.
 */
import { createQueueService } from '@understudy/adapters/sqs';
import type { QueueService } from '@understudy/adapters/sqs';
import type { Message } from '@aws-sdk/client-sqs';

export interface EventSourceOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly queueUrl: string;
  readonly invoke: (event: object) => Promise<unknown>;
  /** How long a batch that is not full waits for more. */
  readonly batchWindowMs: number;
  readonly onFault: (error: unknown) => void;
}

export interface EventSource {
  stop(): Promise<void>;
}

const BATCH_MAX = 10;
/** Batches under way at once. */
const POLLERS = 4;
const LONG_POLL_S = 10;
const PAUSE_AFTER_FAULT_MS = 250;
const limits = { connectMs: 5_000, totalMs: (LONG_POLL_S + 5) * 1000 };

export function startEventSource(options: EventSourceOptions): EventSource {
  const service = createQueueService({ endpoint: options.endpoint, region: options.region, credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' } }, limits);
  const stopping = new AbortController();
  const pollers = Array.from({ length: POLLERS }, () => poll(service, options, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      // Ends the long polls: nobody else would, before something came.
      service.close();
      await Promise.all(pollers);
      service.close();
    },
  };
}

async function poll(service: QueueService, options: EventSourceOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const batch = await receive(service, options, signal);
      if (batch.length > 0) await deliver(service, options, batch);
    } catch (error) {
      if (signal.aborted) return;
      options.onFault(error);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAULT_MS));
    }
  }
}

async function receive(service: QueueService, options: EventSourceOptions, signal: AbortSignal): Promise<readonly Message[]> {
  const batch: Message[] = [];
  let waitS = LONG_POLL_S;
  const take = async () => {
    const { Messages = [] } = await service.call('ReceiveMessage', { QueueUrl: options.queueUrl, MaxNumberOfMessages: BATCH_MAX - batch.length, WaitTimeSeconds: waitS, MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    batch.push(...Messages);
  };
  await take();
  const windowEnd = Date.now() + options.batchWindowMs;
  while (batch.length > 0 && batch.length < BATCH_MAX && Date.now() < windowEnd && !signal.aborted) {
    waitS = Math.max(1, Math.floor((windowEnd - Date.now()) / 1000));
    await take();
  }
  return batch;
}

async function deliver(service: QueueService, options: EventSourceOptions, batch: readonly Message[]): Promise<void> {
  const Records = batch.map((message) => ({ messageId: message.MessageId, receiptHandle: message.ReceiptHandle, body: message.Body, attributes: message.Attributes, messageAttributes: {}, eventSource: 'aws:sqs', awsRegion: options.region }));
  const failed = failuresOf(await options.invoke({ Records }));
  const done = batch.filter((message) => !failed.has(message.MessageId ?? ''));
  if (done.length === 0) return;
  await service.call('DeleteMessageBatch', { QueueUrl: options.queueUrl, Entries: done.map((message, i) => ({ Id: String(i), ReceiptHandle: message.ReceiptHandle })) });
}

/** The messages that a partial batch response reports as failed. */
function failuresOf(result: unknown): ReadonlySet<string> {
  const failures = (result as { readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[] } | undefined)?.batchItemFailures ?? [];
  return new Set(failures.map((failure) => failure.itemIdentifier));
}
