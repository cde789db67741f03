import { epochMs, merchantId, transactionId } from '@understudy/core';
import type { EventTopic, PaymentKey } from '@understudy/core';
import { eventTopicContract } from '@understudy/core/contracts';
import { describe, expect, it } from 'vitest';
import { Breakage, InMemoryEventTopic } from '../in-memory/index.ts';
import { parseHint } from '../sqs/index.ts';
import { formOf, queryError, testCredentials, xml } from '../system/test-support/aws.ts';
import { startServer } from '../system/test-support/servers.ts';
import type { Answer, Heard } from '../system/test-support/servers.ts';
import { garbage, silences } from '../system/test-support/trouble.ts';
import { createSnsEventTopic } from './index.ts';

const topicArn = 'arn:aws:sns:us-east-2:123456789012:transactions';
const payment: PaymentKey = { merchantId: merchantId('shop'), transactionId: transactionId('order-7') };

/** SNS as a query service, as far as PublishBatch goes. */
const publishBatch = (bodies: string[], lost = 0) => (heard: Heard): Answer => {
  const form = formOf(heard);
  if (form.get('Action') !== 'PublishBatch' || form.get('TopicArn') !== topicArn) return queryError(404, 'NotFound');
  const ids: string[] = [];
  for (let n = 1; form.has(`PublishBatchRequestEntries.member.${n}.Id`); n += 1) {
    ids.push(form.get(`PublishBatchRequestEntries.member.${n}.Id`) ?? '');
    bodies.push(form.get(`PublishBatchRequestEntries.member.${n}.Message`) ?? '');
  }
  if (ids.length > 10) return queryError(400, 'TooManyEntriesInBatchRequest');
  const members = ids.slice(lost).map((id) => `<member><Id>${id}</Id><MessageId>m-${id}</MessageId></member>`).join('');
  return xml(200, `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful>${members}</Successful><Failed/></PublishBatchResult></PublishBatchResponse>`);
};

const topicAt = (endpoint: string, now: () => number = () => Date.now()): EventTopic =>
  createSnsEventTopic({ topicArn, endpoint, region: 'us-east-2', credentials: testCredentials, clock: { now: () => epochMs(now()) } });

describe('event topic over SNS, its contract', () => {
  const make = async () => {
    const bodies: string[] = [];
    const server = await startServer(publishBatch(bodies));
    return {
      topic: topicAt(server.url),
      heard: async () => bodies.map(parseHint).filter((key) => key !== undefined),
      cutOff: () => server.close(),
      close: () => server.close(),
    };
  };
  for (const one of eventTopicContract(make)) it(one.name, () => one.run());
});

describe('event topic in memory, its contract', () => {
  const make = async () => {
    const topic = new InMemoryEventTopic();
    const breakage = new Breakage();
    return {
      topic: breakage.subject<EventTopic>(topic, { part: 'events' }),
      heard: async () => topic.published,
      cutOff: async () => void breakage.add({ part: 'events', when: 'before' }),
      close: async () => undefined,
    };
  };
  for (const one of eventTopicContract(make)) it(one.name, () => one.run());
});

describe('event topic over SNS, in trouble', () => {
  it.each([...silences, ...garbage])('$name -> a fault of port events within two seconds', async ({ start }) => {
    const server = await start();
    const before = performance.now();
    await expect(topicAt(server.url).publish([payment])).rejects.toMatchObject({ port: 'events' });
    expect(performance.now() - before).toBeLessThan(2000);
    await server.close();
  });

  it('the topic takes only some of a batch -> a fault worth repeating', async () => {
    const server = await startServer(publishBatch([], 1));
    await expect(topicAt(server.url).publish([payment, payment])).rejects.toMatchObject({ port: 'events', retryable: true });
    await server.close();
  });

  it('a topic that does not answer -> asked once, then left alone for three seconds', async () => {
    let asked = 0;
    let now = 0;
    const server = await startServer(() => {
      asked += 1;
      return 'lost';
    });
    const topic = topicAt(server.url, () => now);
    for (let n = 0; n < 50; n += 1) await expect(topic.publish([payment])).rejects.toMatchObject({ retryable: true });
    expect(asked).toBe(1);
    now = 3000;
    await expect(topic.publish([payment])).rejects.toMatchObject({ retryable: true });
    expect(asked).toBe(2);
    await server.close();
  });
});
