// What a handler answers, before it becomes an HTTP result.
import { errorBody, errorStatus, invalidRequestBody } from '@understudy/api';
import type { ErrorCode, FieldFault } from '@understudy/api';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log: the payment it was about, once its id was found harmless. */
  readonly transactionId?: string;
  /** For the log: the error code. */
  readonly code?: ErrorCode;
}

/** Headers that belong to a code wherever it is answered. */
const headersOf: Partial<Record<ErrorCode, Readonly<Record<string, string>>>> = {
  unauthorized: { 'www-authenticate': 'Bearer realm="understudy"' },
  unavailable: { 'retry-after': '1' },
  throttled: { 'retry-after': '1' },
};

export const refusal = (code: ErrorCode, sentence: string): Reply => ({
  status: errorStatus[code],
  body: errorBody(code, sentence),
  code,
  ...(headersOf[code] ? { headers: headersOf[code] } : {}),
});

export const invalidRequest = (faults: readonly FieldFault[]): Reply => ({
  status: errorStatus.invalid_request,
  body: invalidRequestBody(faults),
  code: 'invalid_request',
});

/** Any call whose outcome is not known: every operation here may be repeated with the same id, in either region. */
export const unavailable = (): Reply => refusal('unavailable', 'the outcome is unknown; send the same request again');
