/**
 * For the tests of this folder: a listening stand-in with the real SDK client against it.
 * Invariant: everything started here is closed and everything written here is removed by `cleanUp`.
 */
import { SQSClient } from '@aws-sdk/client-sqs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqs } from './index.ts';
import type { QueueAttributes, Sqs, SqsOptions } from './index.ts';

const leftovers: (() => Promise<void> | void)[] = [];

export const cleanUp = async (): Promise<void> => {
  for (const remove of leftovers.splice(0).toReversed()) await remove();
};

export const connect = (port: number): SQSClient => {
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  leftovers.push(() => client.destroy());
  return client;
};

export interface Started {
  readonly sqs: Sqs;
  readonly client: SQSClient;
  readonly port: number;
  readonly url: (name: string) => string;
}

export const start = async (
  queues: Readonly<Record<string, QueueAttributes>> = { hints: {} },
  options: Partial<SqsOptions> = {},
): Promise<Started> => {
  const sqs = createSqs({ region: 'us-east-1', ...options });
  for (const [name, attributes] of Object.entries(queues)) sqs.createQueue(name, attributes);
  const port = await sqs.listen();
  leftovers.push(() => sqs.close());
  return { sqs, client: connect(port), port, url: (name) => sqs.queueUrl(name) };
};

/** A clock that stands still until it is moved. */
export const manualClock = (): { readonly now: () => number; advance(durationMs: number): void } => {
  let nowMs = 1_800_000_000_000;
  return {
    now: () => nowMs,
    advance: (durationMs) => {
      nowMs += durationMs;
    },
  };
};

export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'sqs-'));
  leftovers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

export const redriveTo = (name: string, maxReceiveCount: number): QueueAttributes => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(name), maxReceiveCount }),
});
