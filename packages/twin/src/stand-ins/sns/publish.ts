/**
 * Reads what a publisher sent, by the limits of SNS.
 * Invariant: a notification that comes out of here is one that SNS would have accepted.
 */
import type { Notification, NotificationAttribute } from './deliveries.ts';
import { asAwsError, AwsError } from '../wire/aws-error.ts';
import type { Form } from '../wire/query-protocol.ts';
import type { XmlContent } from '../wire/xml.ts';

/** SNS did not follow SQS to 1 MiB; the message and its attributes count together, and so does a whole batch. */
const MESSAGE_BYTES_MAX = 262_144;
const SUBJECT_LENGTH_MAX = 100;
const ENTRIES_MAX = 10;

const invalid = (reason: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${reason}`);

const readAttribute = (entry: Form): [string, NotificationAttribute] => {
  const name = entry.required('Name');
  const dataType = entry.required('Value.DataType');
  if (!/^(String|Number|Binary)(\.|$)/.test(dataType)) throw invalid(`the type of message attribute ${name}`);
  const isBinary = dataType.startsWith('Binary');
  const text = entry.text(isBinary ? 'Value.BinaryValue' : 'Value.StringValue');
  if (text === undefined || text === '') throw invalid(`the message attribute ${name} must contain a non-empty value of its type`);
  return [name, { dataType, value: isBinary ? new Uint8Array(Buffer.from(text, 'base64')) : text }];
};

const sizeBytes = (entry: Form): number => {
  const attributes = entry.list('MessageAttributes.entry').map(readAttribute);
  const attributeBytes = attributes.map(([name, { dataType, value }]) => Buffer.byteLength(name + dataType) + Buffer.byteLength(value));
  return attributeBytes.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(entry.required('Message')));
};

/** What is not known here is refused, so that nobody relies on a thing that is not done. */
export const readNotification = (entry: Form): Omit<Notification, 'messageId'> => {
  const message = entry.required('Message');
  if (message === '') throw invalid('Empty message');
  if (sizeBytes(entry) > MESSAGE_BYTES_MAX) throw invalid('Message too long');
  for (const field of ['MessageStructure', 'PhoneNumber', 'MessageGroupId', 'MessageDeduplicationId']) {
    if (entry.text(field) !== undefined) throw invalid(`${field} is not supported by this stand-in`);
  }
  const subject = entry.text('Subject');
  if (subject !== undefined && !new RegExp(`^[\\x20-\\x7e]{1,${SUBJECT_LENGTH_MAX}}$`).test(subject)) throw invalid('Subject');
  const attributes = Object.fromEntries(entry.list('MessageAttributes.entry').map(readAttribute));
  return { message, attributes, ...(subject === undefined ? {} : { subject }) };
};

const checkEntries = (entries: readonly Form[]): void => {
  if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'The batch request doesn\'t contain any entries.');
  if (entries.length > ENTRIES_MAX) throw new AwsError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  const ids = entries.map((entry) => entry.required('Id'));
  if (new Set(ids).size !== ids.length) throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) throw new AwsError('InvalidBatchEntryId', 'The Id of a batch entry is invalid.');
};

/** Ten entries at most, each with its own outcome. */
export const runPublishBatch = (entries: readonly Form[], publish: (entry: Form) => string): XmlContent => {
  checkEntries(entries);
  if (entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.text('Message') ?? ''), 0) > MESSAGE_BYTES_MAX) {
    throw new AwsError('BatchRequestTooLong', 'The length of all the batch messages put together is more than the limit.');
  }
  const successful: XmlContent[] = [];
  const failed: XmlContent[] = [];
  for (const entry of entries) {
    const Id = entry.required('Id');
    try {
      successful.push({ Id, MessageId: publish(entry) });
    } catch (cause) {
      const error = asAwsError(cause);
      failed.push({ Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful: { member: successful }, Failed: { member: failed } };
};
