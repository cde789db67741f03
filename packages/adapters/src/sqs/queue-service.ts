/** SQS as it is asked here: the operations that are used. */
import type { ChangeMessageVisibilityRequest, DeleteMessageRequest, ReceiveMessageRequest, ReceiveMessageResult, SendMessageRequest, SendMessageResult } from '@aws-sdk/client-sqs';
import type { JsonService } from '../system/json-service.ts';

export type QueueService = JsonService<{
  readonly SendMessage: { readonly input: SendMessageRequest; readonly output: SendMessageResult };
  readonly ReceiveMessage: { readonly input: ReceiveMessageRequest; readonly output: ReceiveMessageResult };
  readonly DeleteMessage: { readonly input: DeleteMessageRequest; readonly output: object };
  readonly ChangeMessageVisibility: { readonly input: ChangeMessageVisibilityRequest; readonly output: object };
}>;
