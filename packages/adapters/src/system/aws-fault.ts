/**
 * What went wrong with a call of an AWS service, by whichever client it was made, as a port's fault.
 * Invariant: silence and 5xx are worth repeating, a refusal is not.
 */
import { isPortFault, PortFault } from '@understudy/core';
import type { PortName } from '@understudy/core';
import { HttpFault } from './http-call.ts';

/** Client errors (4xx) that pass by themselves: throttling, a skewed clock, a token about to be renewed. */
const passingErrors: ReadonlySet<string> = new Set([
  'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestThrottled', 'RequestThrottledException', 'RequestLimitExceeded',
  'TooManyRequestsException', 'SlowDown', 'KmsThrottled', 'KMSThrottlingException', 'RequestTimeout', 'RequestTimeoutException',
  'RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture', 'ExpiredToken', 'ExpiredTokenException',
]);

/** The HTTP status that a service answered with; undefined when it did not answer. */
export const statusOfError = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
};

/** The service's code, or why there was no answer. */
export const errorName = (error: unknown): string => (error instanceof HttpFault ? error.message : error instanceof Error ? error.name : 'unknown error');

const mayPass = (error: unknown): boolean => {
  const status = statusOfError(error);
  return status === undefined || status < 400 || status >= 500 || status === 429 || passingErrors.has(errorName(error));
};

/** Anything an AWS client threw, as the port's fault. A refusal by the service itself is not worth repeating; silence and 5xx are. */
export const awsFault = (port: PortName, error: unknown, retryable: boolean = mayPass(error)): PortFault =>
  isPortFault(error) ? error : new PortFault({ port, retryable, message: `${errorName(error)} (HTTP ${statusOfError(error) ?? 'none'})`, cause: error });
