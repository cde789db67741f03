import { ListTopicsCommand, PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, expect, test, vi } from 'vitest';
import { createSns } from './index.ts';
import type { Notification, SnsOptions } from './index.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const start = async (options: Partial<SnsOptions> = {}) => {
  const sns = createSns({ region: 'us-east-1', ...options });
  const port = await sns.listen();
  const client = new SNSClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  closing.push(async () => {
    client.destroy();
    await sns.close();
  });
  const TopicArn = sns.createTopic('alarms');
  const got: Notification[] = [];
  return { sns, client, port, TopicArn, got, collect: (notification: Notification) => void got.push(notification) };
};

const text = 'a <b> & "c"\r\n\u00e9 \u{1f600} x+y=z%20';

test('sns publish: text, subject, attributes -> each subscriber has them unchanged, under the id told to the publisher', async () => {
  const { sns, client, TopicArn, got, collect } = await start();
  sns.subscribe(TopicArn, collect);
  sns.subscribe(TopicArn, collect);
  const MessageAttributes = {
    severity: { DataType: 'String', StringValue: 'critical' },
    blob: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
  };
  const { MessageId } = await client.send(new PublishCommand({ TopicArn, Subject: 'Region down', Message: text, MessageAttributes }));
  await vi.waitFor(() => expect(got).toHaveLength(2));
  expect(got[0]).toEqual({
    messageId: MessageId,
    subject: 'Region down',
    message: text,
    attributes: { severity: { dataType: 'String', value: 'critical' }, blob: { dataType: 'Binary', value: new Uint8Array([0, 255]) } },
  });
  expect(got[1]).toEqual(got[0]);
});

test('sns publish batch: good and bad entries, eleven attributes deep -> each id told once, the good ones delivered', async () => {
  const { sns, client, TopicArn, got, collect } = await start();
  sns.subscribe(TopicArn, collect);
  const entry = (index: number) => ({
    Id: `e${index}`,
    Message: `m${index}`,
    MessageAttributes: Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`a${at}`, { DataType: 'Number', StringValue: `${index * 100 + at}` }])),
  });
  const PublishBatchRequestEntries = [...Array.from({ length: 9 }, (_, index) => entry(index)), { Id: 'bad', Message: 'x', Subject: 'two\nlines' }];
  const result = await client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  expect(result.Successful?.map((one) => one.Id)).toEqual(Array.from({ length: 9 }, (_, index) => `e${index}`));
  expect(result.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameter', SenderFault: true }]);
  await vi.waitFor(() => expect(got).toHaveLength(9));
  const last = got.find((one) => one.message === 'm8');
  expect(last?.messageId).toBe(result.Successful?.find((one) => one.Id === 'e8')?.MessageId);
  expect(last?.attributes['a10']).toEqual({ dataType: 'Number', value: '810' });
});

test('sns: unknown topic -> NotFoundException; batch errors by their names', async () => {
  const { client, TopicArn } = await start();
  await expect(client.send(new PublishCommand({ TopicArn: `${TopicArn}-not`, Message: 'x' }))).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
  });
  const batch = (ids: readonly string[]) =>
    client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: ids.map((Id) => ({ Id, Message: 'x' })) }));
  await expect(batch([])).rejects.toMatchObject({ name: 'EmptyBatchRequestException' });
  await expect(batch(['a', 'a'])).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinctException' });
  await expect(batch(Array.from({ length: 11 }, (_, index) => `${index}`))).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequestException' });
});

test('sns: over 256 KiB, in one message or in a batch; an unknown feature -> refused, nothing delivered', async () => {
  const { sns, client, port, TopicArn, got, collect } = await start();
  sns.subscribe(TopicArn, collect);
  const refused = (more: object) =>
    expect(client.send(new PublishCommand({ TopicArn, Message: 'x', ...more }))).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await refused({ Message: '%'.repeat(262_145) });
  await refused({ Message: '' });
  await refused({ MessageStructure: 'json' });
  await refused({ TopicArn: undefined });
  const PublishBatchRequestEntries = ['a', 'b'].map((Id) => ({ Id, Message: 'x'.repeat(140_000) }));
  await expect(client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }))).rejects.toMatchObject({
    name: 'BatchRequestTooLongException',
  });
  const huge = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(3_000_000) });
  expect(huge.status).toBe(413);
  await client.send(new PublishCommand({ TopicArn, Message: '%'.repeat(262_144) }));
  await vi.waitFor(() => expect(got).toHaveLength(1));
});

test('sns list topics: more than a page -> all of them, over pages', async () => {
  const { sns, client } = await start();
  for (let index = 0; index < 150; index += 1) sns.createTopic(`t${index}`);
  const first = await client.send(new ListTopicsCommand({}));
  const second = await client.send(new ListTopicsCommand({ NextToken: first.NextToken }));
  expect([first.Topics?.length, second.Topics?.length, second.NextToken]).toEqual([100, 51, undefined]);
  expect(second.Topics?.at(-1)?.TopicArn).toBe('arn:aws:sns:us-east-1:000000000000:t149');
});

test('sns delivery: a subscriber fails at first -> retried until it takes it; the others have it once', async () => {
  const { sns, client, TopicArn, got, collect } = await start();
  let attempts = 0;
  sns.subscribe(TopicArn, async (notification) => {
    attempts += 1;
    if (attempts < 3) throw new Error('not yet');
    collect(notification);
  });
  sns.subscribe(TopicArn, collect);
  await client.send(new PublishCommand({ TopicArn, Message: 'x' }));
  await vi.waitFor(() => expect(got).toHaveLength(2));
  expect(attempts).toBe(3);
});

test('sns delivery: a subscriber always throws, another hangs -> the publisher succeeds, four attempts, one report', async () => {
  const report = vi.fn<NonNullable<SnsOptions['report']>>();
  const { sns, client, TopicArn } = await start({ report });
  const broken = vi.fn<() => void>(() => {
    throw new Error('broken');
  });
  sns.subscribe(TopicArn, () => new Promise(() => {}));
  sns.subscribe(TopicArn, broken);
  await expect(client.send(new PublishCommand({ TopicArn, Message: 'x' }))).resolves.toHaveProperty('MessageId');
  await vi.waitFor(() => expect(report).toHaveBeenCalledTimes(1), { timeout: 5000 });
  expect(broken).toHaveBeenCalledTimes(4);
});

test('sns close: while a delivery is being retried -> no further attempt, no report', async () => {
  const report = vi.fn<NonNullable<SnsOptions['report']>>();
  const { sns, client, TopicArn } = await start({ report });
  const failed = Promise.withResolvers<void>();
  const deliver = vi.fn<() => void>(() => {
    failed.resolve();
    throw new Error('broken');
  });
  sns.subscribe(TopicArn, deliver);
  await client.send(new PublishCommand({ TopicArn, Message: 'x' }));
  await failed.promise;
  await sns.close();
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(deliver).toHaveBeenCalledTimes(1);
  expect(report).not.toHaveBeenCalled();
});
