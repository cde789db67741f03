/**
 * The errors this store answers with, in the shape that dynalite's own errors have: `statusCode` and a JSON `body`.
 * Does not: decide when to refuse.
 */

export interface Refusal extends Error {
  readonly statusCode: number;
  readonly body: Record<string, unknown>;
}

const namespace = 'com.amazonaws.dynamodb.v20120810#';

export const refusal = (type: string, message: string, statusCode = 400): Refusal =>
  Object.assign(new Error(message), { statusCode, body: { __type: namespace + type, message } });

/** True for our refusals and for dynalite's; anything else that is thrown is a bug or a broken disk. */
export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'body' in error && 'statusCode' in error;

export const isConditionFailure = (error: unknown): error is Refusal =>
  isRefusal(error) && error.body['__type'] === `${namespace}ConditionalCheckFailedException`;

export const writeConflict = (): Refusal =>
  refusal(
    'ReplicatedWriteConflictException',
    'The request was rejected because one or more items in the request are being modified by a request in another Region.',
  );
