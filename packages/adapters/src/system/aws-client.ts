/**
 * How every AWS client here is set up: one attempt, a bounded connect, a bounded whole call.
 * Invariant: a call ends within its limit whatever the network does, and repeats nothing by itself;
 * repeating is the application's decision.
 * It does not know any service.
 */
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { isPortFault, PortFault } from '@understudy/core';
import type { PortName } from '@understudy/core';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsClientOptions {
  readonly region: string;
  /** Only where the service does not live at its AWS address. */
  readonly endpoint?: string | undefined;
  /** Only where the role of the process is not what should sign. */
  readonly credentials?: AwsCredentials | undefined;
}

export interface CallLimits {
  readonly connectMs: number;
  /** The whole call: signing, connecting, waiting, reading the answer. */
  readonly totalMs: number;
}

interface AwsClientConfig {
  readonly region: string;
  readonly maxAttempts: 1;
  readonly requestHandler: NodeHttpHandler;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentials;
}

export const awsClientConfig = (options: AwsClientOptions, limits: CallLimits): AwsClientConfig => ({
  region: options.region,
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({
    connectionTimeout: limits.connectMs,
    requestTimeout: limits.totalMs,
    throwOnRequestTimeout: true,
  }),
  ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
});

/** What a call is aborted by: the client's own time-outs end at the answer's headers, a body may stall for ever. */
export const callWithin = (limits: CallLimits): { readonly abortSignal: AbortSignal } => ({
  abortSignal: AbortSignal.timeout(limits.totalMs),
});

/** Client errors (4xx) that pass by themselves: throttling, a skewed clock, a token about to be renewed. */
const passingErrors: ReadonlySet<string> = new Set([
  'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestThrottled', 'RequestThrottledException', 'RequestLimitExceeded',
  'TooManyRequestsException', 'SlowDown', 'KmsThrottled', 'KMSThrottlingException', 'RequestTimeout', 'RequestTimeoutException',
  'RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture', 'ExpiredToken', 'ExpiredTokenException',
]);

/** The HTTP status that a service answered with; undefined when it did not answer. */
const statusOfError = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
};

export const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');

const mayPass = (error: unknown): boolean => {
  const status = statusOfError(error);
  return status === undefined || status < 400 || status >= 500 || status === 429 || passingErrors.has(errorName(error));
};

/** Anything an AWS client threw, as the port's fault. A refusal by the service itself is not worth repeating; silence and 5xx are. */
export const awsFault = (port: PortName, error: unknown, retryable: boolean = mayPass(error)): PortFault =>
  isPortFault(error) ? error : new PortFault({ port, retryable, message: `${errorName(error)} (HTTP ${statusOfError(error) ?? 'none'})`, cause: error });
