/**
 * The operations of SQS: reads a request, asks the store, writes the answer in the shape of the API.
 * Invariant: what a caller sent is checked here, so that the store sees only sound values.
 */
import * as v from 'valibot';
import { checkBatch, runBatch } from './batch.ts';
import type { LongPolls } from './long-polls.ts';
import { md5, md5OfAttributes, MESSAGE_BYTES_MAX, messageBytes, selectAttributes } from './message.ts';
import type { Message } from './message.ts';
import type { MoveTasks } from './move-tasks.ts';
import { parseSettings, withDefaults } from './queue-settings.ts';
import type { QueueAttributes } from './queue-settings.ts';
import { receiptHandle } from './queue-store.ts';
import type { QueueStore } from './queue-store.ts';
import type { Queue } from './queue.ts';
import { invalidValue, queueDoesNotExist } from './sqs-error.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Call } from '../wire/http-front.ts';
import type { JsonOperation } from '../wire/json-protocol.ts';

export interface SqsParts {
  readonly store: QueueStore;
  readonly polls: LongPolls;
  readonly tasks: MoveTasks;
  readonly queueUrl: (name: string) => string;
  readonly accountId: string;
}

/** What AWS lets consumers of a standard queue hold at a time. */
const IN_FLIGHT_MAX = 120_000;

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const names = v.optional(v.array(v.string()), []);
const attribute = v.object({ DataType: v.string(), StringValue: v.optional(v.string()), BinaryValue: v.optional(v.string()) });
const visibilitySeconds = whole(0, 43_200);
const onQueue = { QueueUrl: v.string() };
const change = { ReceiptHandle: v.string(), VisibilityTimeout: visibilitySeconds };

/** What belongs to FIFO queues, fair queues and tracing is refused, not ignored. */
const message = {
  MessageBody: v.string(),
  MessageAttributes: v.optional(v.record(v.string(), attribute), {}),
  DelaySeconds: v.optional(whole(0, 900)),
  MessageGroupId: v.optional(v.never()),
  MessageDeduplicationId: v.optional(v.never()),
  MessageSystemAttributes: v.optional(v.never()),
};

const entries = <Fields extends v.ObjectEntries>(fields: Fields) =>
  v.object({ ...onQueue, Entries: v.optional(v.array(v.object({ Id: v.string(), ...fields })), []) });

const schemas = {
  queue: v.object(onQueue),
  name: v.object({ QueueName: v.string(), QueueOwnerAWSAccountId: v.optional(v.string()) }),
  create: v.object({ QueueName: v.string(), Attributes: v.optional(v.record(v.string(), v.string()), {}) }),
  attributes: v.object({ ...onQueue, AttributeNames: names }),
  send: v.object({ ...onQueue, ...message }),
  sendBatch: entries(message),
  receive: v.object({
    ...onQueue,
    MaxNumberOfMessages: v.optional(whole(1, 10), 1),
    VisibilityTimeout: v.optional(visibilitySeconds),
    WaitTimeSeconds: v.optional(whole(0, 20)),
    AttributeNames: names,
    MessageSystemAttributeNames: names,
    MessageAttributeNames: names,
  }),
  delete: v.object({ ...onQueue, ReceiptHandle: v.string() }),
  deleteBatch: entries({ ReceiptHandle: v.string() }),
  change: v.object({ ...onQueue, ...change }),
  changeBatch: entries(change),
  move: v.object({
    SourceArn: v.string(),
    DestinationArn: v.optional(v.string()),
    MaxNumberOfMessagesPerSecond: v.optional(whole(1, 500)),
  }),
  moves: v.object({ SourceArn: v.string(), MaxResults: v.optional(whole(1, 10), 1) }),
};

type Input<Name extends keyof typeof schemas> = v.InferOutput<(typeof schemas)[Name]>;
type SendInput = Omit<Input<'send'>, 'QueueUrl'>;

const read = <Name extends keyof typeof schemas>(name: Name, input: unknown): Input<Name> => {
  const result = v.safeParse(schemas[name], input);
  if (!result.success) throw invalidValue(`${v.getDotPath(result.issues[0]) ?? 'the request'}: ${result.issues[0].message}`);
  return result.output as Input<Name>;
};

const findQueue = (parts: SqsParts, queueUrl: string): Queue => {
  const [accountId, name] = queueUrl.split('/').slice(-2);
  const queue = accountId === parts.accountId ? parts.store.find(name ?? '') : undefined;
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
};

const sameAttributes = (a: QueueAttributes, b: QueueAttributes): boolean =>
  JSON.stringify(parseSettings(a)) === JSON.stringify(parseSettings(b));

const createQueue = ({ store, queueUrl }: SqsParts, { QueueName, Attributes }: Input<'create'>): object => {
  const known = store.find(QueueName);
  if (known !== undefined && !sameAttributes(known.attributes, { ...known.attributes, ...Attributes })) {
    throw new AwsError('QueueNameExists', 'A queue already exists with the same name and a different value for an attribute.');
  }
  if (known === undefined) store.declare(QueueName, Attributes);
  return { QueueUrl: queueUrl(QueueName) };
};

const queueAttributes = (queue: Queue, nowMs: number): Readonly<Record<string, string>> => {
  const { visible, inFlight, delayed } = queue.counts(nowMs);
  const created = String(Math.floor(queue.createdAtMs / 1000));
  return {
    ...withDefaults(queue.attributes),
    QueueArn: queue.arn,
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
};

const pick = (all: Readonly<Record<string, string>>, wanted: readonly string[]): Readonly<Record<string, string>> =>
  wanted.includes('All') ? all : Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));

const send = (store: QueueStore, queue: Queue, input: SendInput): object => {
  const delayMs = input.DelaySeconds === undefined ? undefined : input.DelaySeconds * 1000;
  const { id } = store.send(queue, { body: input.MessageBody, attributes: input.MessageAttributes, delayMs });
  return { MessageId: id, MD5OfMessageBody: md5(input.MessageBody), MD5OfMessageAttributes: md5OfAttributes(input.MessageAttributes) };
};

const sendBatch = (store: QueueStore, queue: Queue, batch: Input<'sendBatch'>['Entries']): object => {
  checkBatch(batch);
  const bytes = batch.reduce((sum, entry) => sum + messageBytes(entry.MessageBody, entry.MessageAttributes), 0);
  if (bytes > MESSAGE_BYTES_MAX) {
    throw new AwsError('BatchRequestTooLong', `Batch requests cannot be longer than ${MESSAGE_BYTES_MAX} bytes. You have sent ${bytes} bytes.`);
  }
  return runBatch(batch, (entry) => send(store, queue, entry));
};

const delivered = (queue: Queue, taken: Message, input: Input<'receive'>): object => {
  const attributes = selectAttributes(taken.attributes, input.MessageAttributeNames);
  const system = {
    SenderId: 'AIDAUNDERSTUDY',
    SentTimestamp: String(taken.sentAtMs),
    ApproximateReceiveCount: String(taken.receiveCount),
    ApproximateFirstReceiveTimestamp: String(taken.firstReceivedAtMs),
    ...(taken.sourceArn === undefined ? {} : { DeadLetterQueueSourceArn: taken.sourceArn }),
  };
  const systemNames = [...input.MessageSystemAttributeNames, ...input.AttributeNames];
  return {
    MessageId: taken.id,
    ReceiptHandle: receiptHandle(queue, taken),
    Body: taken.body,
    MD5OfBody: md5(taken.body),
    ...(systemNames.length > 0 ? { Attributes: pick(system, systemNames) } : {}),
    ...(Object.keys(attributes).length > 0 ? { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) } : {}),
  };
};

const receive = async ({ store, polls }: SqsParts, queue: Queue, { input, gone }: { input: Input<'receive'>; gone: AbortSignal }): Promise<object> => {
  const waitMs = input.WaitTimeSeconds === undefined ? queue.settings.receiveWaitMs : input.WaitTimeSeconds * 1000;
  const visibilityMs = input.VisibilityTimeout === undefined ? queue.settings.visibilityTimeoutMs : input.VisibilityTimeout * 1000;
  if (queue.counts(store.now()).inFlight >= IN_FLIGHT_MAX) throw new AwsError('OverLimit', 'Too many messages are in flight.', 403);
  const taken = await polls.receive(queue, { request: { countMax: input.MaxNumberOfMessages, visibilityMs }, waitMs, gone });
  if (taken.length === 0) return {};
  gone.addEventListener('abort', () => store.giveBack(queue, taken), { once: true });
  return { Messages: taken.map((one) => delivered(queue, one, input)) };
};

const queueOperations = (parts: SqsParts): Readonly<Record<string, JsonOperation>> => ({
  CreateQueue: (input) => createQueue(parts, read('create', input)),
  GetQueueUrl: (input) => {
    const { QueueName } = read('name', input);
    if (parts.store.find(QueueName) === undefined) throw queueDoesNotExist();
    return { QueueUrl: parts.queueUrl(QueueName) };
  },
  GetQueueAttributes: (input) => {
    const { QueueUrl, AttributeNames } = read('attributes', input);
    return { Attributes: pick(queueAttributes(findQueue(parts, QueueUrl), parts.store.now()), AttributeNames) };
  },
  PurgeQueue: (input) => {
    parts.store.purge(findQueue(parts, read('queue', input).QueueUrl));
    return {};
  },
  StartMessageMoveTask: (input) => parts.tasks.start(read('move', input)),
  ListMessageMoveTasks: (input) => {
    const { SourceArn, MaxResults } = read('moves', input);
    return { Results: parts.tasks.list(SourceArn, MaxResults) };
  },
});

const messageOperations = (parts: SqsParts): Readonly<Record<string, JsonOperation>> => {
  const { store } = parts;
  const remove = (queue: Queue, handle: string): object => {
    store.delete(queue, handle);
    return {};
  };
  const hide = (queue: Queue, { ReceiptHandle, VisibilityTimeout }: { ReceiptHandle: string; VisibilityTimeout: number }): object => {
    store.changeVisibility(queue, ReceiptHandle, VisibilityTimeout * 1000);
    return {};
  };
  /** Reads an input that names a queue, and finds that queue. */
  const on =
    <Name extends 'send' | 'sendBatch' | 'receive' | 'delete' | 'deleteBatch' | 'change' | 'changeBatch'>(
      name: Name,
      run: (queue: Queue, input: Input<Name>, call: Call) => object | Promise<object>,
    ): JsonOperation =>
    (raw, call) => {
      const input = read(name, raw);
      return run(findQueue(parts, input.QueueUrl), input, call);
    };
  return {
    SendMessage: on('send', (queue, input) => send(store, queue, input)),
    SendMessageBatch: on('sendBatch', (queue, input) => sendBatch(store, queue, input.Entries)),
    ReceiveMessage: on('receive', (queue, input, { gone }) => receive(parts, queue, { input, gone })),
    DeleteMessage: on('delete', (queue, input) => remove(queue, input.ReceiptHandle)),
    DeleteMessageBatch: on('deleteBatch', (queue, input) => runBatch(input.Entries, (entry) => remove(queue, entry.ReceiptHandle))),
    ChangeMessageVisibility: on('change', (queue, input) => hide(queue, input)),
    ChangeMessageVisibilityBatch: on('changeBatch', (queue, input) => runBatch(input.Entries, (entry) => hide(queue, entry))),
  };
};

export const sqsOperations = (parts: SqsParts): Readonly<Record<string, JsonOperation>> => ({
  ...queueOperations(parts),
  ...messageOperations(parts),
});
