/**
 * All queues of one region, and every change to them, each logged before its caller hears of it.
 * Invariant: a message leaves only by a delete, a purge or its retention; a move to another queue is logged
 * as put there, then removed here, so that a kill between the two doubles it and never loses it.
 * Changes are synchronous: no two consumers can take one message. It does not wait: see long-polls.ts.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openAppendLog } from './append-log.ts';
import type { AppendLog, LogEntry, MessageState } from './append-log.ts';
import { checkMessage } from './message.ts';
import type { Message, MessageAttributes } from './message.ts';
import { checkQueueName, parseSettings } from './queue-settings.ts';
import type { QueueAttributes } from './queue-settings.ts';
import { Queue } from './queue.ts';
import { invalidHandle } from './sqs-error.ts';
import { AwsError } from '../wire/aws-error.ts';

export interface StoreOptions {
  readonly region: string;
  readonly accountId: string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly logFile?: string | undefined;
}

export interface TakeRequest {
  readonly countMax: number;
  readonly visibilityMs: number;
}

export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly delayMs?: number | undefined;
}

const stateOf = ({ hiddenUntilMs, receiveCount, firstReceivedAtMs, handleNonce }: Message): MessageState => ({
  hiddenUntilMs,
  receiveCount,
  firstReceivedAtMs,
  handleNonce,
});

export const receiptHandle = (queue: Queue, message: Message): string =>
  Buffer.from(JSON.stringify([queue.name, message.id, message.handleNonce])).toString('base64');

const readHandle = (queue: Queue, handle: string): { id: string; nonce: string } => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(handle, 'base64').toString('utf8'));
  } catch {
    throw invalidHandle();
  }
  if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== queue.name) throw invalidHandle();
  return { id: String(parts[1]), nonce: String(parts[2]) };
};

export class QueueStore {
  readonly #options: StoreOptions;
  readonly #queues = new Map<string, Queue>();
  readonly #log: AppendLog | undefined;
  /** Called after each change, for whoever waits for messages. */
  onChange: (queue: Queue) => void = () => {};

  constructor(options: StoreOptions) {
    this.#options = options;
    if (options.logFile === undefined) return;
    this.#log = openAppendLog(options.logFile, { replay: (entry) => this.#replay(entry), snapshot: () => this.#snapshot() });
  }

  now(): number {
    return this.#options.clock();
  }

  find(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  findByArn(arn: string): Queue | undefined {
    const queue = this.#queues.get(arn.split(':').at(-1) ?? '');
    return queue?.arn === arn ? queue : undefined;
  }

  isDeadLetterQueue(queue: Queue): boolean {
    return [...this.#queues.values()].some((source) => source.settings.redrive?.deadLetterArn === queue.arn);
  }

  /** Creates a queue, or gives an existing one these attributes. */
  declare(name: string, attributes: QueueAttributes): Queue {
    checkQueueName(name);
    const settings = parseSettings(attributes);
    const deadLetterArn = settings.redrive?.deadLetterArn;
    if (deadLetterArn !== undefined && (deadLetterArn === this.#arn(name) || !this.findByArn(deadLetterArn))) {
      throw new AwsError('InvalidParameterValue', 'Value for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.');
    }
    const createdAtMs = this.#queues.get(name)?.createdAtMs ?? this.now();
    const queue = this.#define({ op: 'queue', queue: name, attributes, createdAtMs });
    this.#record(queue, [{ op: 'queue', queue: name, attributes, createdAtMs }]);
    return queue;
  }

  send(queue: Queue, { body, attributes, delayMs = queue.settings.delayMs }: NewMessage): Message {
    checkMessage(body, attributes, queue.settings.messageBytesMax);
    const sentAtMs = this.now();
    const delivery = { hiddenUntilMs: sentAtMs + delayMs, receiveCount: 0, firstReceivedAtMs: 0, handleNonce: '' };
    const message: Message = { id: randomUUID(), body, attributes, sentAtMs, ...delivery };
    queue.put(message, sentAtMs);
    this.#record(queue, [{ op: 'put', queue: queue.name, message }]);
    return message;
  }

  /** Copies of the messages taken: the originals may move on before the answer is written. */
  take(queue: Queue, { countMax, visibilityMs }: TakeRequest): readonly Message[] {
    const nowMs = this.now();
    const entries: LogEntry[] = [];
    const taken: Message[] = [];
    while (taken.length < countMax) {
      const message = queue.first(nowMs);
      if (message === undefined) break;
      // Out of the queue until the end of the loop, else a visibility of zero would give one message twice.
      queue.remove(message);
      if (!this.#bury(queue, message, entries)) taken.push(message);
    }
    for (const message of taken) {
      message.receiveCount += 1;
      if (message.firstReceivedAtMs === 0) message.firstReceivedAtMs = nowMs;
      message.hiddenUntilMs = nowMs + visibilityMs;
      message.handleNonce = randomUUID();
      queue.put(message, nowMs);
      entries.push({ op: 'state', queue: queue.name, id: message.id, state: stateOf(message) });
    }
    const copies = taken.map((message) => ({ ...message }));
    this.#record(queue, entries);
    return copies;
  }

  /** Undoes a take whose answer never left: visible at once, and not counted as received. */
  giveBack(queue: Queue, taken: readonly Message[]): void {
    const nowMs = this.now();
    const entries: LogEntry[] = [];
    for (const copy of taken) {
      const message = queue.find(copy.id);
      if (message === undefined || message.handleNonce !== copy.handleNonce) continue;
      message.receiveCount -= 1;
      message.hiddenUntilMs = nowMs;
      queue.put(message, nowMs);
      entries.push({ op: 'state', queue: queue.name, id: message.id, state: stateOf(message) });
    }
    this.#record(queue, entries);
  }

  /** An older handle of the message is accepted and does nothing, as on AWS. */
  delete(queue: Queue, handle: string): void {
    const { id, nonce } = readHandle(queue, handle);
    const message = queue.find(id);
    if (message === undefined || message.handleNonce !== nonce) return;
    queue.remove(message);
    this.#record(queue, [{ op: 'remove', queue: queue.name, id }]);
  }

  changeVisibility(queue: Queue, handle: string, visibilityMs: number): void {
    const { id, nonce } = readHandle(queue, handle);
    const message = queue.find(id);
    const nowMs = this.now();
    if (message === undefined || message.handleNonce !== nonce || !queue.isHeld(message, nowMs)) {
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
    }
    message.hiddenUntilMs = nowMs + visibilityMs;
    queue.put(message, nowMs);
    this.#record(queue, [{ op: 'state', queue: queue.name, id, state: stateOf(message) }]);
  }

  purge(queue: Queue): void {
    queue.clear();
    this.#record(queue, [{ op: 'clear', queue: queue.name }]);
  }

  /** Moves the first ready message of a dead-letter queue; it starts a new life under a new id. */
  redrive(source: Queue, destinationOf: (message: Message) => Queue | undefined): 'moved' | 'empty' | 'no destination' {
    const nowMs = this.now();
    const message = source.first(nowMs);
    if (message === undefined) return 'empty';
    const destination = destinationOf(message);
    if (destination === undefined) return 'no destination';
    const delivery = { hiddenUntilMs: nowMs, receiveCount: 0, firstReceivedAtMs: 0, handleNonce: '' };
    const reborn: Message = { id: randomUUID(), body: message.body, attributes: message.attributes, sentAtMs: nowMs, ...delivery };
    source.remove(message);
    destination.put(reborn, nowMs);
    this.#record(destination, [
      { op: 'put', queue: destination.name, message: reborn },
      { op: 'remove', queue: source.name, id: message.id },
    ]);
    return 'moved';
  }

  close(): void {
    this.#log?.close();
  }

  #arn(name: string): string {
    return `arn:aws:sqs:${this.#options.region}:${this.#options.accountId}:${name}`;
  }

  /** Moves a message that was received too often, already out of its queue, to the dead-letter queue, if that exists. */
  #bury(queue: Queue, message: Message, entries: LogEntry[]): boolean {
    const redrive = queue.settings.redrive;
    if (redrive === undefined || message.receiveCount < redrive.receiveCountMax) return false;
    const target = this.findByArn(redrive.deadLetterArn);
    if (target === undefined) return false;
    const buried: Message = { ...message, sourceArn: queue.arn, hiddenUntilMs: this.now() };
    target.put(buried, this.now());
    entries.push({ op: 'put', queue: target.name, message: buried }, { op: 'remove', queue: queue.name, id: message.id });
    this.onChange(target);
    return true;
  }

  #record(queue: Queue, entries: readonly LogEntry[]): void {
    if (entries.length === 0) return;
    this.#log?.append(entries);
    this.onChange(queue);
  }

  #define({ queue: name, attributes, createdAtMs }: LogEntry & { op: 'queue' }): Queue {
    const known = this.#queues.get(name);
    if (known !== undefined) {
      known.configure(attributes, parseSettings(attributes));
      return known;
    }
    const queue = new Queue({ name, arn: this.#arn(name), createdAtMs }, attributes, parseSettings(attributes));
    this.#queues.set(name, queue);
    return queue;
  }

  #replay(entry: LogEntry): void {
    if (entry.op === 'queue') {
      this.#define(entry);
      return;
    }
    const queue = this.#queues.get(entry.queue);
    assert(queue !== undefined, `the log changes queue ${entry.queue} before it makes it`);
    if (entry.op === 'put') queue.put(entry.message, this.now());
    else if (entry.op === 'clear') queue.clear();
    else {
      const message = queue.find(entry.id);
      assert(message !== undefined, `the log changes message ${entry.id}, which is not in ${entry.queue}`);
      if (entry.op === 'remove') queue.remove(message);
      else queue.put(Object.assign(message, entry.state), this.now());
    }
  }

  *#snapshot(): Iterable<LogEntry> {
    const nowMs = this.now();
    for (const queue of this.#queues.values()) {
      queue.advance(nowMs);
      yield { op: 'queue', queue: queue.name, attributes: queue.attributes, createdAtMs: queue.createdAtMs };
      for (const message of queue.messages()) yield { op: 'put', queue: queue.name, message };
    }
  }
}
