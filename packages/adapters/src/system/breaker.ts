/**
 * Remembers for a while that something did not answer, so that not every call waits for it first.
 * Invariant: while it is open, one caller after each rest tries again (the probe); the others do not.
 * It makes no call, holds no timer, and judges no error.
 */
import type { Clock } from '@understudy/core';

export class Breaker {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #restMs: number;
  #failedAt: number | undefined;

  constructor(clock: Pick<Clock, 'now'>, restMs: number) {
    this.#clock = clock;
    this.#restMs = restMs;
  }

  /** Whether to try now. A yes after a failure is given to one caller a rest. */
  mayTry(): boolean {
    if (this.#failedAt === undefined) return true;
    const now = this.#clock.now();
    // A clock that was set back must not hold the breaker open for that long.
    if (now >= this.#failedAt && now - this.#failedAt < this.#restMs) return false;
    this.#failedAt = now;
    return true;
  }

  succeeded(): void {
    this.#failedAt = undefined;
  }

  failed(): void {
    this.#failedAt = this.#clock.now();
  }
}
