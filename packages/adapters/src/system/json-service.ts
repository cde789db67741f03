/**
 * Asks an AWS service that speaks JSON (DynamoDB, SQS, Step Functions): one signed POST a call, whose input and answer
 * are those of the service's documentation. It stands in for the SDK's client, which costs several times as much of the
 * processor, of a bundle and of a cold start; docs/decisions/0028-asking-aws-without-its-sdk.md has the figures.
 * Invariant: a call is one attempt and ends within its limits whatever the network does. Only a whole answer is an
 * answer: of anything else nobody knows whether it was carried out, and it is thrown without a status.
 */
import type http from 'node:http';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AwsClientOptions, AwsCredentials, CallLimits } from './aws-client.ts';
import { httpCall, keepAliveAgent } from './http-call.ts';
import { jsonObject } from './json-object.ts';
import type { JsonObject } from './json-object.ts';
import { KeyedSigner, SigningKey } from './request-signer.ts';

const services = {
  dynamodb: { host: 'dynamodb', target: 'DynamoDB_20120810' },
  sqs: { host: 'sqs', target: 'AmazonSQS' },
  states: { host: 'states', target: 'AWSStepFunctions' },
} as const;

/** What an operation takes and gives: types of the SDK, which describe the wire. */
export interface Operation<Input extends object, Output extends object> {
  readonly input: Input;
  readonly output: Output;
}

/** By their names. */
export type Operations = Readonly<Record<string, Operation<object, object>>>;

/** The service said no. Named by its code, such as `ThrottlingException`, like the errors of the SDK. */
export class ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  /** All it said, such as the item that refused a condition. */
  readonly answer: JsonObject;

  constructor(httpStatusCode: number, answer: JsonObject) {
    const { __type: type, message = answer['Message'] } = answer;
    super(typeof message === 'string' ? message : '');
    this.name = typeof type === 'string' ? codeOf(type) : 'UnknownError';
    this.$metadata = { httpStatusCode };
    this.answer = answer;
  }
}

/** Far above the largest page of a table, 1 MB of items. */
const ANSWER_BYTES_MAX = 16 * 2 ** 20;

export class JsonService<Known extends Operations> {
  readonly #host: string;
  readonly #target: string;
  readonly #region: string;
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #limits: CallLimits;
  readonly #credentials: () => Promise<AwsCredentials>;
  readonly #signingKey = new SigningKey();

  constructor(service: keyof typeof services, { region, endpoint, credentials }: AwsClientOptions, limits: CallLimits) {
    const { host, target } = services[service];
    [this.#host, this.#target, this.#region, this.#limits] = [host, target, region, limits];
    this.#url = new URL(endpoint ?? `https://${host}.${region}.amazonaws.com`);
    this.#agent = keepAliveAgent(this.#url);
    this.#credentials = credentials ? () => Promise.resolve(credentials) : defaultProvider();
  }

  /** Throws ServiceError when the service refused, any other error when no answer came. */
  async call<Name extends keyof Known & string>(operation: Name, input: Known[Name]['input']): Promise<Known[Name]['output']> {
    const body = JSON.stringify(input);
    const headers = this.#signed(operation, body, await this.#credentials());
    const { status, body: text } = await httpCall({ method: 'POST', url: this.#url, headers, body, agent: this.#agent, bodyBytesMax: ANSWER_BYTES_MAX, ...this.#limits });
    const answer = jsonObject(text);
    if (status !== 200) throw new ServiceError(status, answer ?? {});
    if (!answer) throw new Error('the answer is no JSON object');
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  #signed(operation: string, body: string, credentials: AwsCredentials): Readonly<Record<string, string>> {
    const trace = process.env['_X_AMZN_TRACE_ID'];
    const { headers = {} } = new KeyedSigner({
      service: this.#host, region: this.#region, method: 'POST', host: this.#url.host, path: '/', body,
      headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `${this.#target}.${operation}`, ...(trace && { 'X-Amzn-Trace-Id': trace }) },
    }, credentials, this.#signingKey).sign();
    return headers as Readonly<Record<string, string>>;
  }
}

/** `com.amazonaws.dynamodb.v20120810#ThrottlingException` is a ThrottlingException. */
const codeOf = (type: string): string => type.slice(type.lastIndexOf('#') + 1);
