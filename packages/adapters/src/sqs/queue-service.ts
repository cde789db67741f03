/** SQS as it is asked here: the operations that are used, by the functions and by the twin's event sources. */
import type {
  ChangeMessageVisibilityRequest, DeleteMessageBatchRequest, DeleteMessageBatchResult, DeleteMessageRequest,
  ReceiveMessageRequest, ReceiveMessageResult, SendMessageRequest, SendMessageResult,
} from '@aws-sdk/client-sqs';
import type { AwsClientOptions, CallLimits } from '../system/aws-client.ts';
import { JsonService } from '../system/json-service.ts';

export type QueueService = JsonService<{
  readonly SendMessage: { readonly input: SendMessageRequest; readonly output: SendMessageResult };
  readonly ReceiveMessage: { readonly input: ReceiveMessageRequest; readonly output: ReceiveMessageResult };
  readonly DeleteMessage: { readonly input: DeleteMessageRequest; readonly output: object };
  readonly DeleteMessageBatch: { readonly input: DeleteMessageBatchRequest; readonly output: DeleteMessageBatchResult };
  readonly ChangeMessageVisibility: { readonly input: ChangeMessageVisibilityRequest; readonly output: object };
}>;

export const createQueueService = (options: AwsClientOptions, limits: CallLimits): QueueService => new JsonService('sqs', options, limits);
