/**
 * Sends hints to the queue of a region over SQS.
 * Invariant: a send ends within about a second, and a region whose queue did not answer is not waited for again
 * within the next seconds: a hint saves latency, so it must never cost any.
 * It does not receive: the function host does, and reads bodies with parseHint.
 */
import { PortFault } from '@understudy/core';
import type { Clock, PaymentKey, Queue, Region } from '@understudy/core';
import { awsFault } from '../system/aws-fault.ts';
import type { AwsCredentials } from '../system/aws-client.ts';
import { systemClock } from '../system/system-clock.ts';
import { Breaker } from '../system/breaker.ts';
import { hintBody } from './hint.ts';
import { createQueueService } from './queue-service.ts';
import type { QueueService } from './queue-service.ts';

const limits = { connectMs: 300, totalMs: 1000 };

/** How long a queue that failed is left alone: a dead region then costs one wait in three seconds, not one a request. */
const REST_MS = 3000;

export interface SqsQueueAddress {
  readonly queueUrl: string;
  readonly endpoint?: string;
  /** The AWS region to sign for. */
  readonly region: string;
}

export interface SqsQueueOptions {
  readonly queues: Readonly<Record<Region, SqsQueueAddress>>;
  readonly credentials?: AwsCredentials;
  readonly clock?: Pick<Clock, 'now'>;
}

interface Lane {
  readonly queueUrl: string;
  readonly service: QueueService;
  readonly breaker: Breaker;
}

const send = async (lane: Lane, key: PaymentKey): Promise<void> => {
  if (!lane.breaker.mayTry()) throw new PortFault({ port: 'queue', retryable: true, message: 'did not answer a moment ago, not tried again yet' });
  try {
    await lane.service.call('SendMessage', { QueueUrl: lane.queueUrl, MessageBody: hintBody(key) });
    lane.breaker.succeeded();
  } catch (error) {
    const fault = awsFault('queue', error);
    // A prompt refusal costs no wait, so it is no reason to leave the queue alone.
    if (fault.retryable) lane.breaker.failed();
    throw fault;
  }
};

export function createSqsQueue(options: SqsQueueOptions): Queue {
  const clock = options.clock ?? systemClock;
  const laneOf = (address: SqsQueueAddress): Lane => ({
    queueUrl: address.queueUrl,
    service: createQueueService({ ...address, credentials: options.credentials }, limits),
    breaker: new Breaker(clock, REST_MS),
  });
  const lanes: Readonly<Record<Region, Lane>> = { 'us-east-1': laneOf(options.queues['us-east-1']), 'us-east-2': laneOf(options.queues['us-east-2']) };
  return { send: (region, key) => send(lanes[region], key) };
}
