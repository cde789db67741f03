/**
 * What a message is, its limits, and the digests that the SDK checks.
 * Invariant: a message that passed `checkMessage` can be stored and delivered unchanged.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { invalidValue } from './sqs-error.ts';
import { AwsError } from '../wire/aws-error.ts';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  /** Base64, as it stands on the wire. */
  readonly BinaryValue?: string | undefined;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** All of it goes into the log as it stands; the last four fields are its delivery state. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentAtMs: number;
  /** The ARN of the queue that gave it up, when it lies in a dead-letter queue. */
  readonly sourceArn?: string | undefined;
  /** Hidden, by a delay or by a consumer, until then. */
  hiddenUntilMs: number;
  receiveCount: number;
  firstReceivedAtMs: number;
  /** The secret part of the newest receipt handle; empty until it is first received. */
  handleNonce: string;
}

/** AWS raised the limit from 256 KiB in 2025; it counts the body and the attributes together. */
export const MESSAGE_BYTES_MAX = 1_048_576;
const ATTRIBUTES_MAX = 10;

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const updateWithLength = (hash: Hash, bytes: Buffer): void => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  hash.update(length).update(bytes);
};

const isBinary = (attribute: MessageAttribute): boolean => attribute.DataType.split('.')[0] === 'Binary';

/** The AWS digest of attributes: by sorted name, each part after its length; nothing for no attributes. */
export const md5OfAttributes = (attributes: MessageAttributes): string | undefined => {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const attribute = attributes[name]!;
    updateWithLength(hash, Buffer.from(name));
    updateWithLength(hash, Buffer.from(attribute.DataType));
    hash.update(Buffer.from([isBinary(attribute) ? 2 : 1]));
    updateWithLength(hash, isBinary(attribute) ? Buffer.from(attribute.BinaryValue ?? '', 'base64') : Buffer.from(attribute.StringValue ?? ''));
  }
  return hash.digest('hex');
};

const attributeBytes = ([name, attribute]: [string, MessageAttribute]): number =>
  Buffer.byteLength(name) +
  Buffer.byteLength(attribute.DataType) +
  Buffer.byteLength(attribute.StringValue ?? '') +
  Buffer.byteLength(attribute.BinaryValue ?? '', 'base64');

export const messageBytes = (body: string, attributes: MessageAttributes): number =>
  Buffer.byteLength(body) + Object.entries(attributes).reduce((sum, entry) => sum + attributeBytes(entry), 0);

const checkAttribute = ([name, attribute]: [string, MessageAttribute]): void => {
  if (!/^(?!aws\.|amazon\.|\.)[\w.-]{1,256}$/i.test(name)) throw invalidValue(`Message attribute name ${name} is invalid.`);
  if (!/^(String|Number|Binary)(\.|$)/.test(attribute.DataType)) throw invalidValue(`The type of message attribute ${name} is invalid.`);
  const value = isBinary(attribute) ? attribute.BinaryValue : attribute.StringValue;
  if (value === undefined || value === '') throw invalidValue(`The message attribute ${name} must contain a non-empty value of its type.`);
};

/** The characters of XML 1.0, which SQS accepts and no others; a lone surrogate is none of them. */
// oxlint-disable-next-line no-control-regex
const allowedText = /^[\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Throws what AWS answers to a message that it does not take. */
export const checkMessage = (body: string, attributes: MessageAttributes, bytesMax: number): void => {
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (messageBytes(body, attributes) > bytesMax) throw invalidValue(`Message must be shorter than ${bytesMax} bytes.`);
  if (!allowedText.test(body)) throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  if (Object.keys(attributes).length > ATTRIBUTES_MAX) throw invalidValue(`A message may have at most ${ATTRIBUTES_MAX} attributes.`);
  Object.entries(attributes).forEach(checkAttribute);
};

/** The attributes a receiver asked for: by name, `All`, or a prefix such as `trace.*`. */
export const selectAttributes = (attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes => {
  const isWanted = (name: string): boolean =>
    wanted.some((want) => want === 'All' || want === name || (want.endsWith('.*') && name.startsWith(want.slice(0, -2))));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
};
