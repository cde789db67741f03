/**
 * A stand-in for Amazon SQS: standard queues over AWS JSON 1.0, for unmodified AWS SDK clients.
 * Invariant: what a caller was told was sent is delivered until it is deleted, purged or past its retention,
 * also across a SIGKILL when there is a `logFile`.
 * It does not do: FIFO and fair queues, encryption, policies, tags, signatures, listing, changing or deleting queues
 * over the wire, cancelling a move task, trace headers. A purge is immediate and may be repeated at once. Counts are exact.
 */
import { LongPolls } from './long-polls.ts';
import { MoveTasks } from './move-tasks.ts';
import { sqsOperations } from './operations.ts';
import type { QueueAttributes } from './queue-settings.ts';
import { QueueStore } from './queue-store.ts';
import type { QueueCounts } from './queue.ts';
import { queryErrorCodes, queueDoesNotExist } from './sqs-error.ts';
import { createHttpFront } from '../wire/http-front.ts';
import { answerJson } from '../wire/json-protocol.ts';

export type { QueueAttributes, QueueCounts };

export interface SqsOptions {
  readonly region: string;
  readonly accountId?: string;
  /** Epoch milliseconds. Long polls wait in real time whatever it says. */
  readonly clock?: () => number;
  /** Where the queues survive their process. It is replayed and compacted at once; a damaged file throws. */
  readonly logFile?: string;
}

export interface Sqs {
  /** Creates a queue, or gives one that the log brought back these attributes. A dead-letter queue comes before its source. */
  createQueue(name: string, attributes?: QueueAttributes): void;
  /** The address of a queue; only while listening. */
  queueUrl(name: string): string;
  counts(name: string): QueueCounts;
  /** Listens on 127.0.0.1 and returns the port; none or 0 takes a free one. */
  listen(port?: number): Promise<number>;
  close(): Promise<void>;
}

/** A batch of 1 MiB with every character escaped and its binary attributes in base64 fits in. */
const BODY_BYTES_MAX = 8 * 1_048_576;

export const createSqs = ({ region, accountId = '000000000000', clock = Date.now, logFile }: SqsOptions): Sqs => {
  const store = new QueueStore({ region, accountId, clock, logFile });
  const polls = new LongPolls(store);
  const tasks = new MoveTasks(store);
  const queueUrl = (name: string): string => `http://127.0.0.1:${front.port()}/${accountId}/${name}`;
  const operations = sqsOperations({ store, polls, tasks, queueUrl, accountId });
  const front = createHttpFront(BODY_BYTES_MAX, answerJson({ namespace: 'com.amazonaws.sqs', operations, queryErrorCodes }));
  return {
    createQueue: (name, attributes = {}) => {
      store.declare(name, attributes);
    },
    queueUrl,
    counts: (name) => {
      const queue = store.find(name);
      if (queue === undefined) throw queueDoesNotExist();
      return queue.counts(store.now());
    },
    listen: (port) => front.listen(port),
    close: async () => {
      polls.close();
      tasks.close();
      await front.close();
      store.close();
    },
  };
};
