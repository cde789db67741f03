export { parseHint } from './hint.ts';
export { createSqsQueue } from './sqs-queue.ts';
export type { SqsQueueAddress, SqsQueueOptions } from './sqs-queue.ts';
export type { AwsCredentials } from '../system/aws-client.ts';
