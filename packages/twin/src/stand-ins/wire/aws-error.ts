/**
 * An error that goes over the wire under the name that the AWS SDK expects.
 * Anything else that is thrown is a fault of ours and is answered as InternalFailure, status 500.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A caller's mistake is told as it is; a fault of ours is told by its message only, never with a stack. */
export const asAwsError = (cause: unknown): AwsError =>
  cause instanceof AwsError ? cause : new AwsError('InternalFailure', cause instanceof Error ? cause.message : 'unknown fault', 500);
