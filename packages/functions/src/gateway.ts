// What the API gateway does before and instead of a function, as data: the infrastructure configures Amazon API Gateway
// with it and the twin's stand-in reads it.
// Invariant: whatever the gateway answers has the contract's shape, and none of it can be mistaken for a decision on a
// payment: what it cannot tell is 503 `unavailable`.
import { errorBody, errorStatus } from '@understudy/api';
import type { ErrorBody, ErrorCode } from '@understudy/api';
import { defaultUsageSet } from './shared/usage-set.ts';

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Everybody together, as specified. */
export const stageLimit: Rate = { perSecond: 1000, burst: 2000 };

/** One merchant: half of everything, so that one who sends too much leaves the other half to all others. */
export const merchantLimit: Rate = { perSecond: 500, burst: 1000 };

/** What the authorizer is asked by, and remembered by. Without the header it is not asked: the answer is UNAUTHORIZED. */
export const identityHeader = 'Authorization';

/** How long an answer is used again. A revocation takes this long at most: the authorizer itself believes nothing longer. */
export const authorizerTtlS = 5;

/**
 * A usage plan counts by keys that the gateway knows beforehand, and a new merchant must not wait for a control plane.
 * So there is a fixed set, and each merchant has one by its name; two of a hundred may share a limit.
 * API Gateway wants at least 20 characters.
 */
const USAGE_KEYS = 100;
const usageKey = (set: string, index: number): string => `${set}-${String(index).padStart(3, '0')}`;

export const usageKeysOf = (set: string): readonly string[] => Array.from({ length: USAGE_KEYS }, (_, index) => usageKey(set, index));
export const usageKeys: readonly string[] = usageKeysOf(defaultUsageSet);

/** `merchantSha256`: 64 hexadecimal digits, of which the first twelve are taken as a number. */
export const usageKeyOf = (merchantSha256: string, set: string = defaultUsageSet): string => usageKey(set, Number.parseInt(merchantSha256.slice(0, 12), 16) % USAGE_KEYS);

export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

const response = (code: ErrorCode, sentence: string): GatewayResponse => ({
  statusCode: errorStatus[code],
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(code === 'unauthorized' && { 'www-authenticate': 'Bearer realm="understudy"' }),
    ...((code === 'unavailable' || code === 'throttled') && { 'retry-after': '1' }),
  },
  body: errorBody(code, sentence),
});

const nothing = response('not_found', 'there is nothing at this address');
const failed = response('unavailable', 'the outcome is unknown; send the same request again');
const unchecked = response('unavailable', 'your key could not be checked and nothing was done; send the same request again');
const tooMany = response('throttled', 'too many requests at once; send the same again in a moment');

/** API Gateway's names for the reasons why it answers by itself. */
export type GatewayResponseType =
  | 'UNAUTHORIZED' | 'ACCESS_DENIED' | 'AUTHORIZER_FAILURE' | 'AUTHORIZER_CONFIGURATION_ERROR' | 'INVALID_API_KEY' | 'THROTTLED' | 'QUOTA_EXCEEDED' | 'REQUEST_TOO_LARGE'
  | 'MISSING_AUTHENTICATION_TOKEN' | 'RESOURCE_NOT_FOUND' | 'API_CONFIGURATION_ERROR' | 'INTEGRATION_FAILURE' | 'INTEGRATION_TIMEOUT' | 'DEFAULT_4XX' | 'DEFAULT_5XX';

export const gatewayResponses: Readonly<Record<GatewayResponseType, GatewayResponse>> = {
  UNAUTHORIZED: response('unauthorized', 'a valid API key is required: Authorization: Bearer KEY'),
  ACCESS_DENIED: response('forbidden', 'this key may not do that'),
  AUTHORIZER_FAILURE: unchecked,
  AUTHORIZER_CONFIGURATION_ERROR: unchecked,
  // The authorizer named a usage key that the plan does not hold: our fault, not the caller's.
  INVALID_API_KEY: unchecked,
  THROTTLED: tooMany,
  QUOTA_EXCEEDED: tooMany,
  REQUEST_TOO_LARGE: response('too_large', 'the body must be at most 16 KiB'),
  // What REST APIs say of a path or method that does not exist.
  MISSING_AUTHENTICATION_TOKEN: nothing,
  RESOURCE_NOT_FOUND: nothing,
  API_CONFIGURATION_ERROR: failed,
  INTEGRATION_FAILURE: failed,
  INTEGRATION_TIMEOUT: failed,
  DEFAULT_4XX: response('invalid_request', 'this request cannot be served'),
  DEFAULT_5XX: failed,
};
