/** How late this process runs: how long something that is due now waits for its turn. */
const BEAT_MS = 20;

export class Lateness {
  readonly #timer: NodeJS.Timeout;
  #beatAt = performance.now();
  #lastMs = 0;

  constructor() {
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#timer.unref();
  }

  /** Of the last beat, or of the one that is overdue when that is more. */
  get nowMs(): number {
    return Math.max(this.#lastMs, performance.now() - this.#beatAt - BEAT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = performance.now();
    this.#lastMs = Math.max(0, now - this.#beatAt - BEAT_MS);
    this.#beatAt = now;
  }
}
