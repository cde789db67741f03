/**
 * The one place that says what an error of DynamoDB, or of the way to it, means.
 * Invariant: whatever is not known here is taken for a failing endpoint when it came without an answer or with a
 * 5xx, and for our own mistake otherwise. It retries nothing.
 */
import { PortFault } from '@understudy/core';
import type { PortName } from '@understudy/core';
import { errorName, statusOfError } from '../system/aws-fault.ts';
import { ServiceError } from '../system/json-service.ts';

/**
 * `answer`: a condition did not hold, which is an answer and not a fault. `endpoint`: this endpoint does not work
 * now, the other region's may. `busy`: it works and asks us to come again. `refused`: it will say no again.
 * `bug`: ours, and not to be hidden as a fault of the world.
 */
export type FaultClass = 'answer' | 'endpoint' | 'busy' | 'refused' | 'bug';

const classOfName: Readonly<Record<string, FaultClass>> = {
  ConditionalCheckFailedException: 'answer',
  // The same item was written in the other region at the same moment: nothing was done here.
  ReplicatedWriteConflictException: 'busy',
  TransactionConflictException: 'busy',
  ThrottlingException: 'busy',
  ProvisionedThroughputExceededException: 'busy',
  RequestLimitExceeded: 'busy',
  LimitExceededException: 'busy',
  // Passing states of the caller's own clock and credentials.
  RequestTimeTooSkewed: 'busy',
  RequestExpired: 'busy',
  ExpiredTokenException: 'busy',
  CredentialsProviderError: 'busy',
  InternalServerError: 'endpoint',
  InternalFailure: 'endpoint',
  ServiceUnavailable: 'endpoint',
  ServiceUnavailableException: 'endpoint',
  RequestTimeout: 'endpoint',
  RequestTimeoutException: 'endpoint',
  AssertionFault: 'bug',
  TypeError: 'bug',
  RangeError: 'bug',
};

export function classify(error: unknown): FaultClass {
  const name = errorName(error);
  const known = Object.hasOwn(classOfName, name) ? classOfName[name] : undefined;
  if (known) return known;
  const status = statusOfError(error);
  if (status === 429) return 'busy';
  return status !== undefined && status >= 400 && status < 500 ? 'refused' : 'endpoint';
}

/** A condition did not hold. What stands there comes along in `Item`, if the service says it. */
export const isRefusedCondition = (error: unknown): error is ServiceError => error instanceof ServiceError && classify(error) === 'answer';

/** The other region was writing the same item at that moment; nothing was done here. */
export const isWriteConflict = (error: unknown): boolean =>
  error instanceof PortFault && error.cause instanceof ServiceError && error.cause.name === 'ReplicatedWriteConflictException';

/** What a role lacks, in AWS's own words: without them nobody could tell which right is missing. They name no item. */
const whatIsMissing = (error: unknown): string => (error instanceof Error && error.name === 'AccessDeniedException' ? `: ${error.message}` : '');

/** The last error of a call as its port's fault. `endpointFailed`: some attempt may have been carried out without our knowing. */
export const faultOf = (port: PortName, error: unknown, endpointFailed: boolean): PortFault =>
  new PortFault({
    port,
    retryable: endpointFailed || classify(error) !== 'refused',
    message: `${errorName(error)} (HTTP ${statusOfError(error) ?? 'none'})${whatIsMissing(error)}`,
    cause: error,
  });
