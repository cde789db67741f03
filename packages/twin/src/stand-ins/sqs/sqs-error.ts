/** The errors of SQS by the names that the SDK knows, and their older query names. */
import { AwsError } from '../wire/aws-error.ts';

export const queryErrorCodes: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
};

export const queueDoesNotExist = (): AwsError => new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');

export const invalidValue = (reason: string): AwsError =>
  new AwsError('InvalidParameterValue', `One or more parameters are invalid. Reason: ${reason}`);

export const invalidHandle = (): AwsError =>
  new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.', 404);
