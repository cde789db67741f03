/**
 * A stand-in for Amazon SNS: publishing over AWS Query, for unmodified AWS SDK clients; subscribers are functions.
 * Invariant: the publisher is answered as soon as the message is accepted; no subscriber can fail or delay it.
 * It does not do: FIFO topics, creating topics or subscribing over the wire, filter policies, `MessageStructure=json`,
 * SMS and push, dead-letter queues, signatures. Undelivered messages die with the process.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Deliveries } from './deliveries.ts';
import type { Deliver, Notification, ReportFault } from './deliveries.ts';
import { readNotification, runPublishBatch } from './publish.ts';
import { AwsError } from '../wire/aws-error.ts';
import { createHttpFront } from '../wire/http-front.ts';
import { answerQuery } from '../wire/query-protocol.ts';
import type { Form, QueryOperation } from '../wire/query-protocol.ts';

export type { Deliver, Notification, ReportFault };
export type { NotificationAttribute } from './deliveries.ts';

export interface SnsOptions {
  readonly region: string;
  readonly accountId?: string;
  /** Hears of messages that a subscriber never took; a process warning when not given. */
  readonly report?: ReportFault;
}

export interface Sns {
  /** Returns the ARN; a topic that exists is the same topic. */
  createTopic(name: string): string;
  /** Delivers every later message of the topic at least once, in no particular order; a throw or rejection is retried. */
  subscribe(topicArn: string, deliver: Deliver): void;
  /** Listens on 127.0.0.1 and returns the port; none or 0 takes a free one. */
  listen(port?: number): Promise<number>;
  /** Stops listening and gives up the retries; a delivery that has begun is not waited for. */
  close(): Promise<void>;
}

/** A full batch of 256 KiB in a form where every byte takes three, and room for the field names. */
const BODY_BYTES_MAX = 2 * 1_048_576;
const TOPICS_PER_PAGE = 100;

const warn: ReportFault = (sentence, cause) => process.emitWarning(`${sentence}: ${String(cause)}`, 'SnsStandIn');

export const createSns = ({ region, accountId = '000000000000', report = warn }: SnsOptions): Sns => {
  const topics = new Map<string, Deliver[]>();
  const deliveries = new Deliveries(report);

  const subscribers = (topicArn: string): Deliver[] => {
    const found = topics.get(topicArn);
    if (found === undefined) throw new AwsError('NotFound', 'Topic does not exist', 404);
    return found;
  };
  const publish = (receivers: readonly Deliver[], entry: Form): string => {
    const notification = { messageId: randomUUID(), ...readNotification(entry) };
    for (const deliver of receivers) deliveries.add(deliver, notification);
    return notification.messageId;
  };
  const operations: Record<string, QueryOperation> = {
    Publish: (form) => {
      const topicArn = form.text('TopicArn') ?? form.text('TargetArn');
      if (topicArn === undefined) throw new AwsError('InvalidParameter', 'Invalid parameter: TopicArn or TargetArn is required');
      return { MessageId: publish(subscribers(topicArn), form) };
    },
    PublishBatch: (form) => {
      const receivers = subscribers(form.required('TopicArn'));
      return runPublishBatch(form.list('PublishBatchRequestEntries.member'), (entry) => publish(receivers, entry));
    },
    ListTopics: (form) => {
      const start = Number(form.text('NextToken') ?? 0);
      if (!Number.isSafeInteger(start) || start < 0) throw new AwsError('InvalidParameter', 'Invalid parameter: NextToken');
      const end = start + TOPICS_PER_PAGE;
      const page = [...topics.keys()].slice(start, end).map((TopicArn) => ({ TopicArn }));
      return { Topics: { member: page }, NextToken: end < topics.size ? String(end) : undefined };
    },
  };
  const front = createHttpFront(BODY_BYTES_MAX, answerQuery({ xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/', operations }));
  return {
    createTopic: (name) => {
      assert(/^[\w-]{1,256}$/.test(name), `${name} is no name of a standard topic`);
      const topicArn = `arn:aws:sns:${region}:${accountId}:${name}`;
      if (!topics.has(topicArn)) topics.set(topicArn, []);
      return topicArn;
    },
    subscribe: (topicArn, deliver) => {
      subscribers(topicArn).push(deliver);
    },
    listen: (port) => front.listen(port),
    close: async () => {
      deliveries.close();
      await front.close();
    },
  };
};
