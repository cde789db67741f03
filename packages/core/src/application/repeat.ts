// Bounded repetition of a call whose outcome may be unknown. Only for calls that are idempotent.
import type { Clock } from '../ports/clock.ts';
import { isPortFault } from '../ports/fault.ts';

export interface RepeatOptions {
  /** All tries, the first included. */
  readonly tries: number;
  /** Before the second try; doubled each time. */
  readonly pauseMs: number;
}

/** Three tries ride out a write conflict or one lost answer; more would outlive the caller's patience. */
export const fewTries: RepeatOptions = { tries: 3, pauseMs: 40 };

/** Repeats `call` while it throws a retryable PortFault; throws the last fault. */
export async function repeat<T>(clock: Clock, call: () => Promise<T>, options: RepeatOptions = fewTries): Promise<T> {
  for (let attempt = 1, pauseMs = options.pauseMs; ; attempt += 1, pauseMs *= 2) {
    try {
      return await call();
    } catch (error) {
      if (!isPortFault(error) || !error.retryable || attempt >= options.tries) throw error;
    }
    await clock.sleep(pauseMs);
  }
}
