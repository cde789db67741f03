/**
 * Publishes to this region's transactions topic that the books hold something new to tell of some payments.
 * Invariant: a call to the topic ends within about a second, and one that did not answer is not waited for again within
 * the next seconds: a hint saves latency, so it must never cost any.
 */
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { PortFault } from '@understudy/core';
import type { Clock, EventTopic, PaymentKey } from '@understudy/core';
import { hintBody } from '../sqs/hint.ts';
import { awsClientConfig, callWithin } from '../system/aws-client.ts';
import { awsFault } from '../system/aws-fault.ts';
import type { AwsCredentials } from '../system/aws-client.ts';
import { Breaker } from '../system/breaker.ts';
import { systemClock } from '../system/system-clock.ts';

const limits = { connectMs: 300, totalMs: 1000 };

/** How long a topic that failed is left alone. */
const REST_MS = 3000;

/** What SNS takes in one call. */
const BATCH_MAX = 10;

export interface SnsEventTopicOptions {
  readonly topicArn: string;
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials?: AwsCredentials;
  readonly clock?: Pick<Clock, 'now'>;
}

const fault = (message: string): PortFault => new PortFault({ port: 'events', retryable: true, message });

export function createSnsEventTopic(options: SnsEventTopicOptions): EventTopic {
  const client = new SNSClient(awsClientConfig(options, limits));
  const breaker = new Breaker(options.clock ?? systemClock, REST_MS);
  const publishBatch = async (keys: readonly PaymentKey[]): Promise<void> => {
    if (!breaker.mayTry()) throw fault('did not answer a moment ago, not tried again yet');
    const entries = keys.map((key, index) => ({ Id: String(index), Message: hintBody(key) }));
    try {
      const { Successful } = await client.send(new PublishBatchCommand({ TopicArn: options.topicArn, PublishBatchRequestEntries: entries }), callWithin(limits));
      if (Successful?.length !== keys.length) throw fault('the topic did not take every message');
      breaker.succeeded();
    } catch (error) {
      const found = awsFault('events', error);
      if (found.retryable) breaker.failed();
      throw found;
    }
  };
  return {
    async publish(keys) {
      for (let start = 0; start < keys.length; start += BATCH_MAX) await publishBatch(keys.slice(start, start + BATCH_MAX));
    },
  };
}
