import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { createSqs } from './index.ts';
import { openAppendLog } from './append-log.ts';
import type { LogEntry } from './append-log.ts';
import { arn, cleanUp, connect, manualClock, redriveTo, start, temporaryFolder } from './sqs-harness.ts';

afterEach(cleanUp);

const logIn = async (): Promise<string> => join(await temporaryFolder(), 'deep', 'queues.ndjson');

const bodies = async (client: SQSClient, QueueUrl: string): Promise<string[]> => {
  const found: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return found.toSorted();
    found.push(...Messages.map((one) => one.Body ?? ''));
  }
};

/** A process of its own that can be killed for real; it says its port when it listens. */
const serveInChild = async (logFile: string) => {
  const script = `
    import { createSqs } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
    const sqs = createSqs({ region: 'us-east-1', logFile: ${JSON.stringify(logFile)} });
    sqs.createQueue('hints', { VisibilityTimeout: '1' });
    console.log(await sqs.listen());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { port: Number(port), kill };
};

test('sqs log: SIGKILL under load -> every answered send that was not deleted comes back', async () => {
  const logFile = await logIn();
  const { port, kill } = await serveInChild(logFile);
  const client = connect(port);
  const QueueUrl = `http://127.0.0.1:${port}/000000000000/hints`;
  const sent = new Set<string>();
  const deleteAsked = new Set<string>();
  const deleted = new Set<string>();
  const sender = async (name: string): Promise<void> => {
    for (let index = 0; ; index += 1) {
      const MessageBody = `${name}-${index}`;
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      sent.add(MessageBody);
      if (sent.size === 300) await kill();
    }
  };
  const consumer = async (): Promise<void> => {
    for (;;) {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
      for (const { Body, ReceiptHandle } of Messages) {
        deleteAsked.add(Body ?? '');
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        deleted.add(Body ?? '');
        // Some are only held, so that the kill finds messages in flight as well.
        await client.send(new ReceiveMessageCommand({ QueueUrl }));
      }
    }
  };
  await Promise.allSettled([...['a', 'b', 'c', 'd'].map(sender), consumer()]);
  expect(deleted.size).toBeGreaterThan(0);
  const later = await start({}, { logFile, clock: () => Date.now() + 60_000 });
  const back = new Set(await bodies(later.client, later.url('hints')));
  // A delete that got no answer may have happened or not; everything else is certain.
  for (const body of sent) if (!deleteAsked.has(body)) expect(back).toContain(body);
  for (const body of deleted) expect(back).not.toContain(body);
});

test('sqs log: restart -> delays, holders, receive counts, handles and attributes are as before', async () => {
  const logFile = await logIn();
  const clock = manualClock();
  const options = { logFile, clock: clock.now };
  const queues = { dead: {}, hints: { VisibilityTimeout: '30', ...redriveTo('dead', 2) } };
  const before = await start(queues, options);
  const MessageAttributes = { blob: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) } };
  await before.client.send(new SendMessageCommand({ QueueUrl: before.url('hints'), MessageBody: 'held', MessageAttributes }));
  const { Messages: [held] = [] } = await before.client.send(new ReceiveMessageCommand({ QueueUrl: before.url('hints') }));
  await before.client.send(new SendMessageCommand({ QueueUrl: before.url('hints'), MessageBody: 'later', DelaySeconds: 5 }));
  await before.sqs.close();

  const again = await start({}, options);
  expect(again.sqs.counts('hints')).toEqual({ visible: 0, inFlight: 1, delayed: 1 });
  clock.advance(30_000);
  expect(again.sqs.counts('hints')).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
  const receive = () =>
    again.client.send(new ReceiveMessageCommand({ QueueUrl: again.url('hints'), MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 }));
  const second = (await receive()).Messages?.find((one) => one.Body === 'held');
  expect(second).toMatchObject({ MessageId: held?.MessageId, MessageAttributes, Attributes: { ApproximateReceiveCount: '2' } });
  await again.sqs.close();

  const third = await start({}, options);
  clock.advance(30_000);
  await third.client.send(new DeleteMessageCommand({ QueueUrl: third.url('hints'), ReceiptHandle: second?.ReceiptHandle }));
  expect(await bodies(third.client, third.url('hints'))).toEqual(['later']);
  expect(third.sqs.counts('dead').visible).toBe(0);
});

test('sqs log: dead letters, purges and expired messages -> stay what they were after a restart', async () => {
  const logFile = await logIn();
  const clock = manualClock();
  const options = { logFile, clock: clock.now };
  const before = await start({ dead: {}, hints: { MessageRetentionPeriod: '60', ...redriveTo('dead', 1) }, other: {} }, options);
  const send = (name: string, MessageBody: string) => before.client.send(new SendMessageCommand({ QueueUrl: before.url(name), MessageBody }));
  await send('other', 'purged');
  await before.client.send(new PurgeQueueCommand({ QueueUrl: before.url('other') }));
  await send('hints', 'poison');
  await before.client.send(new ReceiveMessageCommand({ QueueUrl: before.url('hints'), VisibilityTimeout: 0 }));
  await before.client.send(new ReceiveMessageCommand({ QueueUrl: before.url('hints') }));
  await send('hints', 'expires');
  await before.sqs.close();
  clock.advance(60_000);
  const again = await start({}, options);
  expect(await bodies(again.client, again.url('dead'))).toEqual(['poison']);
  expect(again.sqs.counts('hints')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  expect(again.sqs.counts('other')).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});

test('sqs log: torn at every byte of its last entry -> the entries before it come back, and it can be written on', async () => {
  const logFile = await logIn();
  const before = await start({ hints: {} }, { logFile });
  const send = (MessageBody: string) => before.client.send(new SendMessageCommand({ QueueUrl: before.url('hints'), MessageBody }));
  await send('whole');
  const wholeBytes = (await stat(logFile)).size;
  await send('törn');
  await before.sqs.close();
  const bytes = await readFile(logFile);
  for (let length = wholeBytes; length <= bytes.length; length += 1) {
    await writeFile(logFile, bytes.subarray(0, length));
    const torn = createSqs({ region: 'us-east-1', logFile });
    expect(torn.counts('hints').visible).toBe(length === bytes.length ? 2 : 1);
    torn.createQueue('afterwards');
    await torn.close();
    const again = createSqs({ region: 'us-east-1', logFile });
    expect(again.counts('afterwards').visible).toBe(0);
    await again.close();
  }
});

test('sqs log: killed at any byte of a move to the dead-letter queue and of its redrive -> the message is somewhere', async () => {
  const logFile = await logIn();
  const before = await start({ dead: {}, hints: redriveTo('dead', 1) }, { logFile });
  const QueueUrl = before.url('hints');
  await before.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  const sentBytes = (await stat(logFile)).size;
  await before.client.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }));
  await before.client.send(new ReceiveMessageCommand({ QueueUrl }));
  const buriedBytes = (await stat(logFile)).size;
  await before.client.send(new StartMessageMoveTaskCommand({ SourceArn: arn('dead') }));
  await expect.poll(() => before.sqs.counts('hints').visible).toBe(1);
  await before.sqs.close();
  const bytes = await readFile(logFile);
  expect(bytes.length).toBeGreaterThan(buriedBytes);
  for (let length = sentBytes; length <= bytes.length; length += 1) {
    await writeFile(logFile, bytes.subarray(0, length));
    const again = createSqs({ region: 'us-east-1', logFile });
    const found = again.counts('hints').visible + again.counts('dead').visible;
    if (length === buriedBytes || length === bytes.length) expect(found).toBe(1);
    else expect(found).toBeGreaterThanOrEqual(1);
    await again.close();
  }
});

test('sqs log: a damaged line that is not the last -> refuses to start and names the line', async () => {
  const logFile = await logIn();
  await createSqs({ region: 'us-east-1', logFile }).close();
  await appendFile(logFile, '{"op":"queue"\n{"op":"clear","queue":"hints"}\n');
  expect(() => createSqs({ region: 'us-east-1', logFile })).toThrow(/line 1 .* damaged/);
});

test('sqs log: start -> the file holds only what is alive', async () => {
  const logFile = await logIn();
  const before = await start({ hints: {} }, { logFile });
  const QueueUrl = before.url('hints');
  for (let batch = 0; batch < 5; batch += 1) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: 'x'.repeat(1000) }));
    await before.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
  await before.client.send(new PurgeQueueCommand({ QueueUrl }));
  await before.sqs.close();
  expect((await stat(logFile)).size).toBeGreaterThan(50_000);
  await createSqs({ region: 'us-east-1', logFile }).close();
  expect((await stat(logFile)).size).toBeLessThan(200);
});

test('sqs log: mostly dead while in use -> rewritten in place, and appends go on', async () => {
  const logFile = await logIn();
  const entry = (queue: string): LogEntry => ({ op: 'clear', queue });
  const replayed: string[] = [];
  const owner = { replay: (one: LogEntry) => void replayed.push(one.queue), snapshot: () => [entry('alive')] };
  const log = openAppendLog(logFile, owner, 1000);
  for (let index = 0; index < 50; index += 1) log.append([entry('x'.repeat(100))]);
  expect((await stat(logFile)).size).toBeLessThan(1200);
  log.append([entry('last')]);
  log.close();
  openAppendLog(logFile, owner).close();
  expect(replayed[0]).toBe('alive');
  expect(replayed.at(-1)).toBe('last');
});

test('sqs log: closed, so a write cannot succeed -> the append throws instead of forgetting', async () => {
  const log = openAppendLog(await logIn(), { replay: () => {}, snapshot: () => [] });
  log.close();
  expect(() => log.append([{ op: 'clear', queue: 'x' }])).toThrow(/could not be written/);
});
