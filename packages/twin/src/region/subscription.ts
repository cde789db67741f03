/**
 * A queue's subscription to a topic, with raw delivery: the message as it was published, in a queue of this region or of
 * the other. Invariant: it goes over the queue's link, so a cut region hears nothing; the topic retries, and gives up.
 */
import { createQueueService } from '@understudy/adapters/sqs';
import type { Deliver } from '../stand-ins/sns/deliveries.ts';

export interface QueueSubscription {
  readonly endpoint: string;
  readonly region: string;
  readonly queueName: string;
}

/** Of one try; a link that swallows everything must not hold many messages for long. */
const limits = { connectMs: 1_000, totalMs: 2_000 };

export function toQueue({ endpoint, region, queueName }: QueueSubscription): Deliver {
  const service = createQueueService({ endpoint, region, credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' } }, limits);
  return async ({ message }) => {
    await service.call('SendMessage', { QueueUrl: `${endpoint}/000000000000/${queueName}`, MessageBody: message });
  };
}
