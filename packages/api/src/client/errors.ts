// The two ways in which a call does not give what was asked for. Invariant: `PaymentError` is the service's own definite
// no, which sending again will not change; `UnansweredError` promises nothing, neither that it was done nor that it was not.
import type { ErrorBody, ErrorCode, FieldFault } from '../error-codes.ts';

export class PaymentError extends Error {
  override readonly name: string = 'PaymentError';
  readonly code: ErrorCode;
  /** Of HTTP. */
  readonly status: number;
  /** The first field that is wrong, when it is a field. */
  readonly field: string | undefined;
  /** All that is wrong, when it is more than one thing. */
  readonly faults: readonly FieldFault[];

  constructor(status: number, body: ErrorBody) {
    super(body.error);
    this.status = status;
    this.code = body.code;
    this.field = body.field;
    this.faults = body.faults ?? [];
  }
}

/** Nobody gave a definite answer in time. Ask again with the same ids; that is always safe. */
export class UnansweredError extends Error {
  override readonly name: string = 'UnansweredError';
  /** How often it was sent. */
  readonly tries: number;
  /** Of the last answer that decided nothing; absent when there was none. */
  readonly lastStatus: number | undefined;

  constructor(tries: number, last: { readonly status?: number; readonly cause?: unknown } = {}) {
    super('no region gave a definite answer, so the outcome is unknown; the same call with the same ids is safe', { cause: last.cause });
    this.tries = tries;
    this.lastStatus = last.status;
  }
}
