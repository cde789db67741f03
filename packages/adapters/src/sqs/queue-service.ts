/** SQS as it is asked here: the operations that are used, by the functions and by the twin's event sources. */
import type {
  ChangeMessageVisibilityRequest, DeleteMessageBatchRequest, DeleteMessageBatchResult, DeleteMessageRequest,
  ReceiveMessageRequest, ReceiveMessageResult, SendMessageRequest, SendMessageResult,
} from '@aws-sdk/client-sqs';
import type { AwsClientOptions, CallLimits } from '../system/aws-client.ts';
import { JsonService } from '../system/json-service.ts';
import type { Operation } from '../system/json-service.ts';

export type QueueService = JsonService<{
  readonly SendMessage: Operation<SendMessageRequest, SendMessageResult>;
  readonly ReceiveMessage: Operation<ReceiveMessageRequest, ReceiveMessageResult>;
  readonly DeleteMessage: Operation<DeleteMessageRequest, object>;
  readonly DeleteMessageBatch: Operation<DeleteMessageBatchRequest, DeleteMessageBatchResult>;
  readonly ChangeMessageVisibility: Operation<ChangeMessageVisibilityRequest, object>;
}>;

export const createQueueService = (options: AwsClientOptions, limits: CallLimits): QueueService => new JsonService('sqs', options, limits);
