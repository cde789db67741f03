/**
 * How every AWS client here is set up: one attempt, a bounded connect, a bounded whole call.
 * Invariant: a call ends within its limit whatever the network does, and repeats nothing by itself;
 * repeating is the application's decision.
 * It does not know any service.
 */
import { NodeHttpHandler } from '@smithy/node-http-handler';

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
