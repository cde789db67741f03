export { parseHint } from './hint.ts';
export { asksForRedelivery, createSqsDeadDeliveries } from './sqs-dead-deliveries.ts';
export { createSqsDeadLetters } from './sqs-dead-letters.ts';
export type { SqsDeadLettersOptions } from './sqs-dead-letters.ts';
export { createSqsQueue } from './sqs-queue.ts';
export type { SqsQueueAddress, SqsQueueOptions } from './sqs-queue.ts';
export { createQueueService } from './queue-service.ts';
export type { QueueService } from './queue-service.ts';
export type { AwsCredentials } from '../system/aws-client.ts';
