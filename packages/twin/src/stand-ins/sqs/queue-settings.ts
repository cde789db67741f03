/**
 * The attributes of a queue: checked once, read as numbers afterwards.
 * Invariant: settings come only from attributes that AWS would have accepted.
 * It refuses FIFO queues, encryption and policies instead of pretending to them.
 */
import { AwsError } from '../wire/aws-error.ts';
import { MESSAGE_BYTES_MAX } from './message.ts';

export type QueueAttributes = Readonly<Record<string, string>>;

export interface QueueSettings {
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly receiveWaitMs: number;
  readonly messageBytesMax: number;
  readonly redrive?: { readonly deadLetterArn: string; readonly receiveCountMax: number };
}

/** Name, lowest, highest and default value; seconds, or bytes for the size. */
const numeric = {
  VisibilityTimeout: { min: 0, max: 43_200, standard: 30 },
  DelaySeconds: { min: 0, max: 900, standard: 0 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, standard: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, standard: 0 },
  MaximumMessageSize: { min: 1024, max: MESSAGE_BYTES_MAX, standard: MESSAGE_BYTES_MAX },
} as const;

type NumericName = keyof typeof numeric;

const invalid = (name: string, reason: string): AwsError =>
  new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}. Reason: ${reason}`);

const numberOf = (attributes: QueueAttributes, name: NumericName): number => {
  const { min, max, standard } = numeric[name];
  const text = attributes[name] ?? String(standard);
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw invalid(name, `must be a whole number from ${min} to ${max}.`);
  return value;
};

const redriveOf = (text: string): NonNullable<QueueSettings['redrive']> => {
  let policy: { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown } | null;
  try {
    policy = JSON.parse(text) as typeof policy;
  } catch {
    throw invalid('RedrivePolicy', 'not JSON.');
  }
  const receiveCountMax = Number(policy?.maxReceiveCount);
  if (typeof policy?.deadLetterTargetArn !== 'string') throw invalid('RedrivePolicy', 'deadLetterTargetArn is missing.');
  if (!Number.isInteger(receiveCountMax) || receiveCountMax < 1 || receiveCountMax > 1000) {
    throw invalid('RedrivePolicy', 'maxReceiveCount must be a whole number from 1 to 1000.');
  }
  return { deadLetterArn: policy.deadLetterTargetArn, receiveCountMax };
};

/** Throws what AWS answers to attributes that it does not take. */
export const parseSettings = (attributes: QueueAttributes): QueueSettings => {
  for (const name of Object.keys(attributes)) {
    if (name === 'FifoQueue') throw new AwsError('UnsupportedOperation', 'This stand-in has standard queues only.');
    if (name !== 'RedrivePolicy' && !Object.hasOwn(numeric, name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  return {
    visibilityTimeoutMs: numberOf(attributes, 'VisibilityTimeout') * 1000,
    delayMs: numberOf(attributes, 'DelaySeconds') * 1000,
    retentionMs: numberOf(attributes, 'MessageRetentionPeriod') * 1000,
    receiveWaitMs: numberOf(attributes, 'ReceiveMessageWaitTimeSeconds') * 1000,
    messageBytesMax: numberOf(attributes, 'MaximumMessageSize'),
    ...(attributes['RedrivePolicy'] ? { redrive: redriveOf(attributes['RedrivePolicy']) } : {}),
  };
};

/** The given attributes with the defaults of the others, as GetQueueAttributes shows them. */
export const withDefaults = (attributes: QueueAttributes): QueueAttributes => ({
  ...Object.fromEntries(Object.entries(numeric).map(([name, { standard }]) => [name, String(standard)])),
  ...attributes,
});

export const checkQueueName = (name: string): void => {
  if (name.endsWith('.fifo')) throw new AwsError('UnsupportedOperation', 'This stand-in has standard queues only.');
  if (!/^[\w-]{1,80}$/.test(name)) {
    throw new AwsError('InvalidParameterValue', 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.');
  }
};
