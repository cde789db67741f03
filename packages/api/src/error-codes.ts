// Every way the API says no: one code, one HTTP status, one shape of body. Codes are part of the contract.
// Invariant: a body never repeats a value that was sent, because the value that is wrong may be a card number.

/** The HTTP status of each code. `unavailable` and `internal_error` mean that the outcome is unknown: repeat the same id. */
export const errorStatus = {
  invalid_request: 400,
  unauthorized: 401,
  declined: 402,
  forbidden: 403,
  not_found: 404,
  idempotency_conflict: 409,
  already_decided: 409,
  exceeds_charge: 409,
  not_refundable: 409,
  session_expired: 409,
  session_in_use: 409,
  session_paid: 409,
  gone: 410,
  webhook_exists: 409,
  too_many_webhooks: 409,
  too_large: 413,
  throttled: 429,
  internal_error: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** One thing that is wrong with a request; the same shape as core's RequestFault. */
export interface FieldFault {
  readonly field?: string;
  readonly message: string;
}

export interface ErrorBody {
  /** A sentence for a person. */
  readonly error: string;
  readonly code: ErrorCode;
  /** The first field that is wrong, when it is a field. */
  readonly field?: string;
  /** All that is wrong, when it is more than one thing. */
  readonly faults?: readonly FieldFault[];
}

export const errorBody = (code: ErrorCode, sentence: string): ErrorBody => ({ error: sentence, code });

/** The body for a request that has faults; there is at least one. */
export function invalidRequestBody(faults: readonly FieldFault[]): ErrorBody {
  const [first] = faults;
  return {
    error: first?.message ?? 'the request is not valid',
    code: 'invalid_request',
    ...(first?.field === undefined ? {} : { field: first.field }),
    ...(faults.length > 1 ? { faults } : {}),
  };
}
