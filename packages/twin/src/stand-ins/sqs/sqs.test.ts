import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { Message, ReceiveMessageCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { md5OfAttributes } from './message.ts';
import { arn, cleanUp, manualClock, redriveTo, start } from './sqs-harness.ts';

afterEach(cleanUp);

const send = (client: SQSClient, QueueUrl: string, MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));

const receive = async (client: SQSClient, QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];

const fill = async (client: SQSClient, QueueUrl: string, count: number): Promise<void> => {
  for (let sent = 0; sent < count; sent += 10) {
    const Entries = Array.from({ length: Math.min(10, count - sent) }, (_, index) => ({ Id: `e${index}`, MessageBody: `m${sent + index}` }));
    const result = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(result.Failed ?? []).toEqual([]);
  }
};

const rejectsAs = (promise: Promise<unknown>, name: string) => expect(promise).rejects.toMatchObject({ name });

describe('sqs queues', () => {
  test('create: the same attributes -> the same url; other ones -> QueueNameExists', async () => {
    const { client, url } = await start({});
    const create = (VisibilityTimeout: string) => client.send(new CreateQueueCommand({ QueueName: 'a', Attributes: { VisibilityTimeout } }));
    expect((await create('5')).QueueUrl).toBe(url('a'));
    expect((await create('5')).QueueUrl).toBe(url('a'));
    await rejectsAs(create('6'), 'QueueNameExists');
    expect((await client.send(new GetQueueUrlCommand({ QueueName: 'a' }))).QueueUrl).toBe(url('a'));
  });

  test.each([
    ['a FIFO name', { QueueName: 'a.fifo' }, 'UnsupportedOperation'],
    ['a FIFO attribute', { QueueName: 'a', Attributes: { FifoQueue: 'true' } }, 'UnsupportedOperation'],
    ['a bad name', { QueueName: 'a b' }, 'InvalidParameterValue'],
    ['an unknown attribute', { QueueName: 'a', Attributes: { KmsMasterKeyId: 'x' } }, 'InvalidAttributeName'],
    ['an empty value', { QueueName: 'a', Attributes: { DelaySeconds: '' } }, 'InvalidAttributeValue'],
    ['a value out of range', { QueueName: 'a', Attributes: { DelaySeconds: '901' } }, 'InvalidAttributeValue'],
    ['a missing dead-letter queue', { QueueName: 'a', Attributes: redriveTo('none', 3) }, 'InvalidParameterValue'],
  ])('create: %s -> refused', async (_, input, name) => {
    const { client } = await start({});
    await rejectsAs(client.send(new CreateQueueCommand(input)), name);
  });

  test('unknown queue: every call -> QueueDoesNotExist', async () => {
    const { client, url } = await start();
    const QueueUrl = url('hints').replace('hints', 'none');
    await rejectsAs(send(client, QueueUrl, 'x'), 'QueueDoesNotExist');
    await rejectsAs(receive(client, QueueUrl), 'QueueDoesNotExist');
    await rejectsAs(client.send(new GetQueueUrlCommand({ QueueName: 'none' })), 'QueueDoesNotExist');
    await rejectsAs(receive(client, url('hints').replace('000000000000', '111111111111')), 'QueueDoesNotExist');
  });

  test('counts: delayed, visible, in flight, deleted -> exact in the attributes and in process', async () => {
    const clock = manualClock();
    const { sqs, client, url } = await start({ hints: { VisibilityTimeout: '30' } }, { clock: clock.now });
    const QueueUrl = url('hints');
    const counted = async () => {
      const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      const counts = {
        visible: Number(Attributes?.ApproximateNumberOfMessages),
        inFlight: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
        delayed: Number(Attributes?.ApproximateNumberOfMessagesDelayed),
      };
      expect(sqs.counts('hints')).toEqual(counts);
      return counts;
    };
    await fill(client, QueueUrl, 12);
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late', DelaySeconds: 10 }));
    expect(await counted()).toEqual({ visible: 12, inFlight: 0, delayed: 1 });
    const held = await receive(client, QueueUrl, { MaxNumberOfMessages: 10 });
    expect(held).toHaveLength(10);
    expect(await counted()).toEqual({ visible: 2, inFlight: 10, delayed: 1 });
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: held[0]?.ReceiptHandle }));
    clock.advance(10_000);
    expect(await counted()).toEqual({ visible: 3, inFlight: 9, delayed: 0 });
    clock.advance(20_000);
    expect(await counted()).toEqual({ visible: 12, inFlight: 0, delayed: 0 });
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await counted()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(await receive(client, QueueUrl)).toEqual([]);
  });

  test('attributes: named ones only -> those and no others', async () => {
    const { client, url } = await start({ hints: { DelaySeconds: '3' } });
    const AttributeNames = ['QueueArn' as const, 'DelaySeconds' as const, 'VisibilityTimeout' as const];
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url('hints'), AttributeNames }));
    expect(Attributes).toEqual({ QueueArn: arn('hints'), DelaySeconds: '3', VisibilityTimeout: '30' });
  });

  test('retention: past it -> the message is gone, in flight or not', async () => {
    const clock = manualClock();
    const { sqs, client, url } = await start({ hints: { MessageRetentionPeriod: '60' } }, { clock: clock.now });
    await fill(client, url('hints'), 2);
    await receive(client, url('hints'), { VisibilityTimeout: 3600 });
    clock.advance(59_999);
    expect(sqs.counts('hints')).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
    clock.advance(1);
    expect(sqs.counts('hints')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});

describe('sqs messages', () => {
  const attributes = {
    'trace.id': { DataType: 'String', StringValue: 'ü-1' },
    'trace.hop': { DataType: 'Number', StringValue: '2' },
    blob: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 7]) },
  };

  test('digest: attributes whose digest on AWS is known -> that digest', () => {
    const number = (StringValue: string) => ({ DataType: 'Number', StringValue });
    expect(md5OfAttributes({ timestamp: number('1493147359900') })).toBe('235c5c510d26fb653d073faed50ae77c');
    expect(md5OfAttributes({ ordinal: number('1'), category: { DataType: 'String', StringValue: 'test' } })).toBe('d21ae90c49061e927f57df5f5d72be1f');
    expect(md5OfAttributes({})).toBeUndefined();
  });

  test('attributes: by All, by prefix, by name -> the ones asked for, binary intact, digest over just those', async () => {
    const { client, url } = await start();
    const sent = await client.send(new SendMessageCommand({ QueueUrl: url('hints'), MessageBody: 'ß€😀\n', MessageAttributes: attributes }));
    const get = async (MessageAttributeNames: string[]) => (await receive(client, url('hints'), { MessageAttributeNames, VisibilityTimeout: 0 }))[0];
    const all = await get(['All']);
    expect(all?.Body).toBe('ß€😀\n');
    expect(all?.MessageAttributes).toEqual(attributes);
    expect(all?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    const prefixed = await get(['trace.*']);
    expect(Object.keys(prefixed?.MessageAttributes ?? {}).toSorted()).toEqual(['trace.hop', 'trace.id']);
    expect(prefixed?.MD5OfMessageAttributes).not.toBe(sent.MD5OfMessageAttributes);
    expect(Object.keys((await get(['blob']))?.MessageAttributes ?? {})).toEqual(['blob']);
    expect((await get([]))?.MessageAttributes).toBeUndefined();
  });

  test('system attributes: under the old and the new field -> receive count and times', async () => {
    const clock = manualClock();
    const { client, url } = await start({ hints: {} }, { clock: clock.now });
    await send(client, url('hints'), 'x');
    clock.advance(5);
    const [old] = await receive(client, url('hints'), { AttributeNames: ['All'], VisibilityTimeout: 0 });
    expect(old?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    clock.advance(5);
    const [current] = await receive(client, url('hints'), { MessageSystemAttributeNames: ['All'] });
    expect(current?.Attributes).toMatchObject({
      ApproximateReceiveCount: '2',
      SentTimestamp: String(clock.now() - 10),
      ApproximateFirstReceiveTimestamp: String(clock.now() - 5),
    });
  });

  test('size: 1 MiB -> taken; one byte more, in the body or the attributes -> refused', async () => {
    const { client, url } = await start();
    const QueueUrl = url('hints');
    await send(client, QueueUrl, 'x'.repeat(1_048_576));
    expect((await receive(client, QueueUrl))[0]?.Body).toHaveLength(1_048_576);
    await rejectsAs(send(client, QueueUrl, 'x'.repeat(1_048_577)), 'InvalidParameterValue');
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x' } };
    await rejectsAs(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1_048_570), MessageAttributes })), 'InvalidParameterValue');
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }));
    await rejectsAs(client.send(new SendMessageBatchCommand({ QueueUrl, Entries })), 'BatchRequestTooLong');
  });

  test('http: a body over the limit -> 413, and the server lives on', async () => {
    const { client, url, port } = await start();
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(9 * 1_048_576) });
    expect(response.status).toBe(413);
    await send(client, url('hints'), 'still here');
  });

  test('send: an empty body, a forbidden character, a bad attribute, a FIFO field -> refused', async () => {
    const { sqs, client, url } = await start();
    const QueueUrl = url('hints');
    const refused = (more: object, name: string) => rejectsAs(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...more })), name);
    await refused({ MessageBody: '' }, 'MissingParameter');
    await refused({ MessageBody: '\u0000' }, 'InvalidMessageContents');
    await refused({ MessageAttributes: { a: { DataType: 'Odd', StringValue: 'x' } } }, 'InvalidParameterValue');
    await refused({ MessageAttributes: { a: { DataType: 'String', StringValue: '' } } }, 'InvalidParameterValue');
    await refused({ MessageGroupId: 'g' }, 'InvalidParameterValue');
    await refused({ DelaySeconds: 901 }, 'InvalidParameterValue');
    expect(sqs.counts('hints').visible).toBe(0);
  });

  test('http: not JSON, an unknown operation -> named errors', async () => {
    const { port } = await start();
    const post = async (target: string, body: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: { 'x-amz-target': `AmazonSQS.${target}` }, body });
      return [response.status, ((await response.json()) as { __type: string }).__type];
    };
    expect(await post('SendMessage', '{')).toEqual([400, 'com.amazonaws.sqs#SerializationException']);
    expect(await post('constructor', '{}')).toEqual([400, 'com.amazonaws.sqs#UnsupportedOperation']);
    expect(await post('SendMessage', 'null')).toEqual([400, 'com.amazonaws.sqs#InvalidParameterValue']);
  });
});

describe('sqs visibility', () => {
  test('receive with no visibility time-out -> each message once in the answer, and all visible again', async () => {
    const { sqs, client, url } = await start();
    await fill(client, url('hints'), 3);
    const messages = await receive(client, url('hints'), { MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
    expect(new Set(messages.map((one) => one.MessageId)).size).toBe(messages.length);
    expect(messages).toHaveLength(3);
    expect(sqs.counts('hints').visible).toBe(3);
  });

  test('time-out: not deleted in time -> delivered again, and only the newest handle deletes', async () => {
    const clock = manualClock();
    const { sqs, client, url } = await start({ hints: { VisibilityTimeout: '30' } }, { clock: clock.now });
    const QueueUrl = url('hints');
    await send(client, QueueUrl, 'x');
    const [first] = await receive(client, QueueUrl);
    expect(await receive(client, QueueUrl)).toEqual([]);
    clock.advance(30_000);
    const [second] = await receive(client, QueueUrl);
    expect(second?.MessageId).toBe(first?.MessageId);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(sqs.counts('hints').inFlight).toBe(1);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect(sqs.counts('hints').inFlight).toBe(0);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
  });

  test('change: 0 -> visible at once; longer -> hidden longer; not in flight -> MessageNotInflight', async () => {
    const clock = manualClock();
    const { client, url } = await start({ hints: { VisibilityTimeout: '30' } }, { clock: clock.now });
    const QueueUrl = url('hints');
    const change = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    await send(client, QueueUrl, 'x');
    const [first] = await receive(client, QueueUrl);
    await change(first?.ReceiptHandle, 0);
    await rejectsAs(change(first?.ReceiptHandle, 5), 'MessageNotInflight');
    const [second] = await receive(client, QueueUrl);
    expect(second?.MessageId).toBe(first?.MessageId);
    await change(second?.ReceiptHandle, 100);
    clock.advance(99_999);
    expect(await receive(client, QueueUrl)).toEqual([]);
    clock.advance(1);
    expect(await receive(client, QueueUrl)).toHaveLength(1);
  });

  test('handles: garbage, or of another queue -> ReceiptHandleIsInvalid', async () => {
    const { client, url } = await start({ hints: {}, other: {} });
    await send(client, url('other'), 'x');
    const [held] = await receive(client, url('other'));
    for (const ReceiptHandle of ['garbage', held?.ReceiptHandle]) {
      await rejectsAs(client.send(new DeleteMessageCommand({ QueueUrl: url('hints'), ReceiptHandle })), 'ReceiptHandleIsInvalid');
    }
  });

  test('batches: good and bad entries mixed -> each id told once, with its error', async () => {
    const { client, url } = await start();
    const QueueUrl = url('hints');
    const sent = await client.send(
      new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'a' }, { Id: 'b', MessageBody: '' }, { Id: 'c', MessageBody: 'c' }] }),
    );
    expect(sent.Successful?.map((one) => one.Id)).toEqual(['a', 'c']);
    expect(sent.Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'MissingParameter' }]);
    const held = await receive(client, QueueUrl, { MaxNumberOfMessages: 10 });
    const handles = [...held.map((one) => one.ReceiptHandle), 'garbage'].map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle }));
    const changed = await client.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: handles.map((one) => ({ ...one, VisibilityTimeout: 60 })) }),
    );
    expect(changed.Successful?.map((one) => one.Id)).toEqual(['0', '1']);
    expect(changed.Failed).toMatchObject([{ Id: '2', Code: 'ReceiptHandleIsInvalid' }]);
    const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
    expect(deleted.Successful?.map((one) => one.Id)).toEqual(['0', '1']);
    expect(deleted.Failed).toMatchObject([{ Id: '2', Code: 'ReceiptHandleIsInvalid' }]);
  });

  test.each([
    ['no entry', [], 'EmptyBatchRequest'],
    ['eleven entries', Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, MessageBody: 'x' })), 'TooManyEntriesInBatchRequest'],
    ['one id twice', [{ Id: 'a', MessageBody: 'x' }, { Id: 'a', MessageBody: 'x' }], 'BatchEntryIdsNotDistinct'],
    ['a bad id', [{ Id: 'a.b', MessageBody: 'x' }], 'InvalidBatchEntryId'],
  ])('batches: %s -> the whole batch refused', async (_, Entries, name) => {
    const { sqs, client, url } = await start();
    await rejectsAs(client.send(new SendMessageBatchCommand({ QueueUrl: url('hints'), Entries })), name);
    expect(sqs.counts('hints').visible).toBe(0);
  });
});

describe('sqs long polls', () => {
  test('nothing comes -> empty after the wait', async () => {
    const { client, url } = await start();
    const startedAtMs = Date.now();
    expect(await receive(client, url('hints'), { WaitTimeSeconds: 1 })).toEqual([]);
    expect(Date.now() - startedAtMs).toBeGreaterThan(950);
  });

  test('a message is sent, or its delay ends, or its holder lets go -> the waiting receiver wakes', async () => {
    const { client, url } = await start({ hints: { ReceiveMessageWaitTimeSeconds: '20' } });
    const QueueUrl = url('hints');
    const poll = () => receive(client, QueueUrl, { VisibilityTimeout: 1 });
    const startedAtMs = Date.now();
    const onSend = poll();
    await send(client, QueueUrl, 'a');
    const [sent] = await onSend;
    expect(sent?.Body).toBe('a');
    const [expired] = await poll();
    expect(expired?.Body).toBe('a');
    const onRelease = poll();
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: expired?.ReceiptHandle, VisibilityTimeout: 0 }));
    const [released] = await onRelease;
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: released?.ReceiptHandle }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 1 }));
    expect((await poll())[0]?.Body).toBe('later');
    expect(Date.now() - startedAtMs).toBeLessThan(6000);
  });

  test('a shorter visibility taken while another waits -> the waiter wakes at the earlier time', async () => {
    const { client, url } = await start();
    const QueueUrl = url('hints');
    await send(client, QueueUrl, 'x');
    const [held] = await receive(client, QueueUrl, { VisibilityTimeout: 60 });
    const waiting = receive(client, QueueUrl, { WaitTimeSeconds: 20 });
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: held?.ReceiptHandle, VisibilityTimeout: 1 }));
    const startedAtMs = Date.now();
    expect(await waiting).toHaveLength(1);
    expect(Date.now() - startedAtMs).toBeLessThan(5000);
  });

  test('the poll is aborted -> the next message goes to the next receiver, as its first delivery', async () => {
    const { client, url } = await start();
    const QueueUrl = url('hints');
    for (let round = 0; round < 20; round += 1) {
      const controller = new AbortController();
      const aborted = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), { abortSignal: controller.signal });
      // The poll must stand in line before it is given up: a later call answered says that it does.
      await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      controller.abort();
      await rejectsAs(aborted, 'AbortError');
      await send(client, QueueUrl, `m${round}`);
      const [next] = await receive(client, QueueUrl, { WaitTimeSeconds: 2, MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
      expect(next).toMatchObject({ Body: `m${round}`, Attributes: { ApproximateReceiveCount: '1' } });
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: next?.ReceiptHandle }));
    }
  });

  test('close with a poll waiting -> closes at once', async () => {
    const { sqs, client, url } = await start();
    const waiting = receive(client, url('hints'), { WaitTimeSeconds: 20 }).catch(() => []);
    await client.send(new GetQueueAttributesCommand({ QueueUrl: url('hints'), AttributeNames: ['All'] }));
    const startedAtMs = Date.now();
    await sqs.close();
    await waiting;
    expect(Date.now() - startedAtMs).toBeLessThan(2000);
  });

  test('16 consumers, 1000 messages -> 1000 distinct, none twice, none left', async () => {
    const { sqs, client, url } = await start();
    const QueueUrl = url('hints');
    const seen: string[] = [];
    const consume = async (): Promise<void> => {
      while (seen.length < 1000) {
        const messages = await receive(client, QueueUrl, { MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
        if (messages.length === 0) continue;
        seen.push(...messages.map((one) => one.Body ?? ''));
        const Entries = messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
        await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    };
    const consumers = Array.from({ length: 16 }, consume);
    await fill(client, QueueUrl, 1000);
    await Promise.all(consumers);
    expect(seen).toHaveLength(1000);
    expect(new Set(seen).size).toBe(1000);
    expect(sqs.counts('hints')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});

describe('sqs dead letters', () => {
  const withDeadLetters = () => start({ dead: {}, hints: redriveTo('dead', 2), other: redriveTo('dead', 1) });
  const exhaust = async (client: SQSClient, QueueUrl: string, times: number) => {
    for (let time = 0; time < times; time += 1) expect(await receive(client, QueueUrl, { VisibilityTimeout: 0 })).toHaveLength(1);
    expect(await receive(client, QueueUrl)).toEqual([]);
  };
  const settled = async (client: SQSClient) =>
    vi.waitFor(async () => {
      const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn: arn('dead') }));
      expect(Results?.[0]?.Status).not.toBe('RUNNING');
      return Results?.[0];
    });

  test('received too often -> lies in the dead-letter queue with its source, body, id and attributes', async () => {
    const { sqs, client, url } = await withDeadLetters();
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'b' } };
    const sent = await client.send(new SendMessageCommand({ QueueUrl: url('hints'), MessageBody: 'x', MessageAttributes }));
    await exhaust(client, url('hints'), 2);
    expect([sqs.counts('hints').visible, sqs.counts('dead').visible]).toEqual([0, 1]);
    const [dead] = await receive(client, url('dead'), { MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] });
    expect(dead).toMatchObject({ MessageId: sent.MessageId, Body: 'x', MessageAttributes, Attributes: { DeadLetterQueueSourceArn: arn('hints') } });
  });

  test('dead letters arrive -> a receiver waiting on the dead-letter queue wakes', async () => {
    const { client, url } = await withDeadLetters();
    const waiting = receive(client, url('dead'), { WaitTimeSeconds: 20 });
    await send(client, url('other'), 'x');
    await exhaust(client, url('other'), 1);
    expect((await waiting)[0]?.Body).toBe('x');
  });

  test('redrive without a destination -> each message back to its own source, as new', async () => {
    const { sqs, client, url } = await withDeadLetters();
    await send(client, url('hints'), 'for hints');
    await send(client, url('other'), 'for other');
    await exhaust(client, url('hints'), 2);
    await exhaust(client, url('other'), 1);
    const waiting = receive(client, url('hints'), { WaitTimeSeconds: 20, MessageSystemAttributeNames: ['All'] });
    const { TaskHandle } = await client.send(new StartMessageMoveTaskCommand({ SourceArn: arn('dead') }));
    expect(TaskHandle).toBeTruthy();
    expect(await settled(client)).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 2, ApproximateNumberOfMessagesToMove: 2 });
    expect((await waiting)[0]).toMatchObject({ Body: 'for hints', Attributes: { ApproximateReceiveCount: '1' } });
    expect((await receive(client, url('other')))[0]?.Body).toBe('for other');
    expect(sqs.counts('dead')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test('redrive to a destination at a rate -> all of them there', async () => {
    const { sqs, client, url } = await start({ dead: {}, hints: redriveTo('dead', 1), target: {} });
    await fill(client, url('dead'), 60);
    const task = { SourceArn: arn('dead'), DestinationArn: arn('target'), MaxNumberOfMessagesPerSecond: 300 };
    await client.send(new StartMessageMoveTaskCommand(task));
    await rejectsAs(client.send(new StartMessageMoveTaskCommand(task)), 'UnsupportedOperation');
    expect(await settled(client)).toMatchObject({ Status: 'COMPLETED', MaxNumberOfMessagesPerSecond: 300, ApproximateNumberOfMessagesMoved: 60 });
    expect([sqs.counts('dead').visible, sqs.counts('target').visible]).toEqual([0, 60]);
  });

  test('redrive of a message without a known source -> the task fails and the message stays', async () => {
    const { sqs, client, url } = await withDeadLetters();
    await send(client, url('dead'), 'sent by hand');
    await client.send(new StartMessageMoveTaskCommand({ SourceArn: arn('dead') }));
    expect(await settled(client)).toMatchObject({ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' });
    expect(sqs.counts('dead').visible).toBe(1);
  });

  test('redrive: an unknown source or destination, a queue that is no dead-letter queue -> refused', async () => {
    const { client } = await withDeadLetters();
    const refused = (input: { SourceArn: string; DestinationArn?: string }, name: string) =>
      rejectsAs(client.send(new StartMessageMoveTaskCommand(input)), name);
    await refused({ SourceArn: arn('none') }, 'ResourceNotFoundException');
    await refused({ SourceArn: arn('dead'), DestinationArn: arn('none') }, 'ResourceNotFoundException');
    await refused({ SourceArn: arn('hints') }, 'InvalidParameterValue');
  });
});
