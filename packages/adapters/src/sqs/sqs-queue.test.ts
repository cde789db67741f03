import { createHash } from 'node:crypto';
import { epochMs, isPortFault, merchantId, transactionId } from '@understudy/core';
import type { PaymentKey, Queue, Region } from '@understudy/core';
import { queueContract } from '@understudy/core/contracts';
import { describe, expect, it } from 'vitest';
import { Breakage, InMemoryQueues } from '../in-memory/index.ts';
import { testCredentials } from '../system/test-support/aws.ts';
import { refusedUrl, startServer } from '../system/test-support/servers.ts';
import type { Answer, Heard, TestServer } from '../system/test-support/servers.ts';
import { garbage, silences } from '../system/test-support/trouble.ts';
import { createSqsQueue, parseHint } from './index.ts';

const payment: PaymentKey = { merchantId: merchantId('shop'), transactionId: transactionId('order-7') };

/** SQS as JSON 1.0, as far as SendMessage goes; it keeps the bodies. */
const sendMessage = (bodies: string[], queueUrl: string) => (heard: Heard): Answer => {
  const input = JSON.parse(heard.body) as { QueueUrl: string; MessageBody: string };
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  if (heard.headers['x-amz-target'] !== 'AmazonSQS.SendMessage' || input.QueueUrl !== queueUrl) {
    return { status: 400, headers, body: JSON.stringify({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' }) };
  }
  bodies.push(input.MessageBody);
  return { status: 200, headers, body: JSON.stringify({ MessageId: String(bodies.length), MD5OfMessageBody: createHash('md5').update(input.MessageBody).digest('hex') }) };
};

const queueUrlOf = (region: Region): string => `https://sqs.${region}.amazonaws.com/123456789012/hints`;

const queueAt = (endpoints: Readonly<Record<Region, string>>, now: () => number = () => Date.now()): Queue => {
  const addressOf = (region: Region) => ({ queueUrl: queueUrlOf(region), endpoint: endpoints[region], region });
  return createSqsQueue({
    queues: { 'us-east-1': addressOf('us-east-1'), 'us-east-2': addressOf('us-east-2') },
    credentials: testCredentials,
    clock: { now: () => epochMs(now()) },
  });
};

const faultOf = async (call: Promise<void>): Promise<unknown> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('queue over SQS, its contract', () => {
  const make = async () => {
    const bodies: Readonly<Record<Region, string[]>> = { 'us-east-1': [], 'us-east-2': [] };
    const servers: Readonly<Record<Region, TestServer>> = {
      'us-east-1': await startServer(sendMessage(bodies['us-east-1'], queueUrlOf('us-east-1'))),
      'us-east-2': await startServer(sendMessage(bodies['us-east-2'], queueUrlOf('us-east-2'))),
    };
    return {
      queue: queueAt({ 'us-east-1': servers['us-east-1'].url, 'us-east-2': servers['us-east-2'].url }),
      waiting: async (region: Region) => bodies[region].map(parseHint).filter((key) => key !== undefined),
      cutOff: (region: Region) => servers[region].close(),
      close: async () => void (await Promise.all(Object.values(servers).map((server) => server.close()))),
    };
  };
  for (const one of queueContract(make)) it(one.name, () => one.run());
});

describe('queue in memory, its contract', () => {
  const make = async () => {
    const queues = new InMemoryQueues();
    const breakage = new Breakage();
    const seats: Readonly<Record<Region, Queue>> = {
      'us-east-1': breakage.subject<Queue>(queues, { part: 'queue', region: 'us-east-1' }),
      'us-east-2': breakage.subject<Queue>(queues, { part: 'queue', region: 'us-east-2' }),
    };
    return {
      queue: { send: (region: Region, key: PaymentKey) => seats[region].send(region, key) },
      waiting: async (region: Region) => queues.waiting(region),
      cutOff: async (region: Region) => void breakage.add({ part: 'queue', when: 'before', region }),
      close: async () => undefined,
    };
  };
  for (const one of queueContract(make)) it(one.name, () => one.run());
});

describe('queue over SQS, in trouble', () => {
  it.each([...silences, ...garbage])('$name -> a fault of port queue within two seconds', async ({ start }) => {
    const server = await start();
    const before = performance.now();
    const fault = await faultOf(queueAt({ 'us-east-1': server.url, 'us-east-2': server.url }).send('us-east-1', payment));
    expect(isPortFault(fault) && fault.port === 'queue').toBe(true);
    expect(performance.now() - before).toBeLessThan(2000);
    await server.close();
  });

  it('a queue that does not answer -> asked once, then left alone for three seconds, then asked by one caller only', async () => {
    let asked = 0;
    let now = 1_000_000;
    const server = await startServer(() => {
      asked += 1;
      return 'lost';
    });
    const queue = queueAt({ 'us-east-1': server.url, 'us-east-2': server.url }, () => now);
    await faultOf(queue.send('us-east-1', payment));
    const second = await faultOf(queue.send('us-east-1', payment));
    expect(isPortFault(second) && second.retryable).toBe(true);
    expect(asked).toBe(1);
    now += 2999;
    await faultOf(queue.send('us-east-1', payment));
    expect(asked).toBe(1);
    now += 1;
    await Promise.all([faultOf(queue.send('us-east-1', payment)), faultOf(queue.send('us-east-1', payment))]);
    expect(asked).toBe(2);
    await server.close();
  });

  it('a queue that comes back -> used again for every hint', async () => {
    const bodies: string[] = [];
    let now = 1_000_000;
    let up = false;
    const server = await startServer((heard) => (up ? sendMessage(bodies, queueUrlOf('us-east-1'))(heard) : 'lost'));
    const queue = queueAt({ 'us-east-1': server.url, 'us-east-2': server.url }, () => now);
    await faultOf(queue.send('us-east-1', payment));
    up = true;
    now += 3000;
    await queue.send('us-east-1', payment);
    await queue.send('us-east-1', payment);
    expect(bodies).toHaveLength(2);
    await server.close();
  });

  it('a clock that is set back -> does not hold a queue off', async () => {
    const bodies: string[] = [];
    let now = 1_000_000;
    let up = false;
    const server = await startServer((heard) => (up ? sendMessage(bodies, queueUrlOf('us-east-1'))(heard) : 'lost'));
    const queue = queueAt({ 'us-east-1': server.url, 'us-east-2': server.url }, () => now);
    await faultOf(queue.send('us-east-1', payment));
    up = true;
    now -= 500_000;
    await queue.send('us-east-1', payment);
    expect(bodies).toHaveLength(1);
    await server.close();
  });

  it('a queue that does not exist -> a fault not worth repeating, and others are not held off', async () => {
    let asked = 0;
    const server = await startServer((heard) => {
      asked += 1;
      return sendMessage([], 'another')(heard);
    });
    const queue = queueAt({ 'us-east-1': server.url, 'us-east-2': await refusedUrl() });
    const first = await faultOf(queue.send('us-east-1', payment));
    expect(isPortFault(first) && !first.retryable).toBe(true);
    await faultOf(queue.send('us-east-1', payment));
    expect(asked).toBe(2);
    await server.close();
  });
});

describe('hint', () => {
  it.each([
    '', 'null', '7', '[]', '{}', '{', '"shop#order"', '{"v":1}', '{"v":2,"merchant_id":"shop","transaction_id":"a"}', '{"v":"1","merchant_id":"shop","transaction_id":"a"}',
    '{"v":1,"merchant_id":"shop"}', '{"v":1,"merchant_id":"","transaction_id":"a"}', '{"v":1,"merchant_id":"sh#op","transaction_id":"a"}', '{"v":1,"merchant_id":"shop","transaction_id":7}',
    '{"v":1,"merchant_id":"shop","transaction_id":"a b"}', `{"v":1,"merchant_id":"shop","transaction_id":"${'a'.repeat(129)}"}`, '{"v":1,"merchant_id":{"a":1},"transaction_id":["a"]}',
  ])('%s -> names no payment', (body) => {
    expect(parseHint(body)).toBeUndefined();
  });

  it('a hint with fields of a later time -> the payment it names', () => {
    expect(parseHint('{"v":1,"merchant_id":"shop","transaction_id":"order:7","trace":"x"}')).toEqual({ merchantId: 'shop', transactionId: 'order:7' });
  });
});
