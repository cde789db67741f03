/**
 * AWS JSON 1.0 with the query-compatible error header, as SQS speaks it.
 * Invariant: every request gets one JSON answer; a caller's mistake carries its AWS name.
 */
import { randomUUID } from 'node:crypto';
import { asAwsError, AwsError } from './aws-error.ts';
import type { Call, Reply } from './http-front.ts';

export type JsonOperation = (input: unknown, call: Call) => object | Promise<object>;

export interface JsonService {
  /** The shape namespace of the error types, such as `com.amazonaws.sqs`. */
  readonly namespace: string;
  readonly operations: Readonly<Record<string, JsonOperation>>;
  /** The older query name of an error, where it differs from the JSON name. */
  readonly queryErrorCodes: Readonly<Record<string, string>>;
}

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
};

const run = (service: JsonService, call: Call): object | Promise<object> => {
  const name = String(call.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  if (!Object.hasOwn(service.operations, name)) throw new AwsError('UnsupportedOperation', `This stand-in does not do ${name}.`);
  return service.operations[name]!(parse(call.body), call);
};

export const answerJson =
  (service: JsonService) =>
  async (call: Call): Promise<Reply> => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() };
    try {
      return { status: 200, headers, body: JSON.stringify(await run(service, call)) };
    } catch (cause) {
      const error = asAwsError(cause);
      const side = error.status < 500 ? 'Sender' : 'Receiver';
      return {
        status: error.status,
        headers: { ...headers, 'x-amzn-query-error': `${service.queryErrorCodes[error.code] ?? error.code};${side}` },
        body: JSON.stringify({ __type: `${service.namespace}#${error.code}`, message: error.message }),
      };
    }
  };
