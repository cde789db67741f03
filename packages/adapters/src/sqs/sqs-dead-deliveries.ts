/**
 * Sends what was given up to the dead-letter queue of notices. Brought back from there to its queue, the message asks
 * for a redelivery, so a redrive does what whoever redrives expects.
 */
import type { DeadDeliveries } from '@understudy/core';
import { awsFault } from '../system/aws-fault.ts';
import type { AwsCredentials } from '../system/aws-client.ts';
import { hintBody } from './hint.ts';
import { createQueueService } from './queue-service.ts';
import type { SqsQueueAddress } from './sqs-queue.ts';

const limits = { connectMs: 300, totalMs: 2000 };

export interface SqsDeadDeliveriesOptions extends SqsQueueAddress {
  readonly credentials?: AwsCredentials;
}

export function createSqsDeadDeliveries({ queueUrl, ...options }: SqsDeadDeliveriesOptions): DeadDeliveries {
  const service = createQueueService(options, limits);
  return {
    async send({ id, event, target, failures }, eventId) {
      const letter = { event_id: eventId, event: event.name, delivery: id, target, failures: failures + 1, redeliver: true };
      const body = JSON.stringify({ ...(JSON.parse(hintBody(event)) as object), ...letter });
      try {
        await service.call('SendMessage', { QueueUrl: queueUrl, MessageBody: body });
      } catch (error) {
        throw awsFault('queue', error);
      }
    },
  };
}

/** Whether a message asks for what was given up to be told again. Never throws. */
export function asksForRedelivery(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'redeliver' in value && value.redeliver === true;
  } catch {
    return false;
  }
}
