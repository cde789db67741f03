/**
 * The dead-letter queue of one queue of one region, over SQS, which has no way to look without taking.
 * Invariant: what is held comes back by itself; a letter is removed only after it was sent, or on request.
 * Its body goes back as it is, and nothing of it but the payment's name is shown.
 */
import type { Message } from '@aws-sdk/client-sqs';
import { assert, epochMs } from '@understudy/core';
import type { DeadLetter, DeadLetters, Region } from '@understudy/core';
import { awsFault } from '../system/aws-fault.ts';
import type { AwsCredentials } from '../system/aws-client.ts';
import { parseHint } from './hint.ts';
import { createQueueService } from './queue-service.ts';

const limits = { connectMs: 1000, totalMs: 5000 };
/** Long enough for a person's command to act on all it holds. */
const HOLD_S = 60;
const BATCH_MAX = 10;
/** SQS asks only some of its servers at a time: this many empty answers in a row mean that there is nothing more. */
const EMPTY_ANSWERS = 3;

export interface SqsDeadLettersOptions {
  readonly queue: string;
  readonly region: Region;
  /** Where letters go back to. */
  readonly queueUrl: string;
  readonly deadLetterUrl: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentials;
}

interface Held extends DeadLetter {
  readonly body: string;
}

export function createSqsDeadLetters(options: SqsDeadLettersOptions): DeadLetters & { close(): void } {
  const service = createQueueService(options, limits);
  /** Bodies stay here: a letter is shown, its body is not. */
  const bodies = new Map<string, string>();
  const send = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw awsFault('queue', error);
    }
  };
  const receive = () => send(() => service.call('ReceiveMessage', {
    QueueUrl: options.deadLetterUrl, MaxNumberOfMessages: BATCH_MAX, VisibilityTimeout: HOLD_S, WaitTimeSeconds: 0, MessageSystemAttributeNames: ['SentTimestamp'],
  }));
  const remove = async ({ handle }: DeadLetter): Promise<void> => {
    await send(() => service.call('DeleteMessage', { QueueUrl: options.deadLetterUrl, ReceiptHandle: handle }));
  };

  return {
    queue: options.queue,
    region: options.region,
    async hold(limit) {
      const held = new Map<string, DeadLetter>();
      for (let empty = 0; empty < EMPTY_ANSWERS && held.size < limit; ) {
        const { Messages = [] } = await receive();
        empty = Messages.length === 0 ? empty + 1 : 0;
        for (const { body, ...letter } of Messages.map(heldOf)) {
          held.set(letter.id, letter);
          bodies.set(letter.id, body);
        }
      }
      return [...held.values()];
    },
    async redrive(letter) {
      const body = bodies.get(letter.id);
      assert(body !== undefined, 'a letter is held before it is brought back');
      await send(() => service.call('SendMessage', { QueueUrl: options.queueUrl, MessageBody: body }));
      await remove(letter);
    },
    remove,
    async release({ handle }) {
      await send(() => service.call('ChangeMessageVisibility', { QueueUrl: options.deadLetterUrl, ReceiptHandle: handle, VisibilityTimeout: 0 }));
    },
    close: () => service.close(),
  };
}

function heldOf({ MessageId = '', Body = '', ReceiptHandle = '', Attributes }: Message): Held {
  const key = parseHint(Body);
  return { id: MessageId, sentAt: epochMs(Number(Attributes?.SentTimestamp ?? 0)), handle: ReceiptHandle, body: Body, ...(key && { key }) };
}
