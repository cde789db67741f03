/** A token bucket: `perSecond` on average, `burst` at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #tokens: number;
  #filledAtMs: number;

  constructor(rate: { readonly perSecond: number; readonly burst: number }, now: () => number = () => performance.now()) {
    this.#perSecond = rate.perSecond;
    this.#burst = rate.burst;
    this.#now = now;
    this.#tokens = rate.burst;
    this.#filledAtMs = now();
  }

  /** True when there was a token to take. */
  take(): boolean {
    const nowMs = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#filledAtMs) * this.#perSecond) / 1000);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
