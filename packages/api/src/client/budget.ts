// How much more a client may ask for than its callers asked of it. Invariant: whatever happens, the regions together are
// sent no more than one request for each call, one elsewhere when that failed, and beside those a small store, one in five
// and a trickle. A sick service is then not buried by those who wait for it. Repeats that are answered are free.

/** What may be under way to a region in the moment it falls silent. After that it rests, and needs no hedges. */
const SAVED_MAX = 100;
const PER_CALL = 0.2;
/** So that those who wait get their turn when no new calls come to pay for it. */
const PER_SECOND = 2;

export class Budget {
  #saved: number = SAVED_MAX;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** A call begins. */
  earn(): void {
    this.#add(PER_CALL);
  }

  /** Takes one request out, if there is one. */
  take(now: number): boolean {
    this.#add(((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }

  /** What was asked again and answered was no burden: when a service comes back, one who waited lets the next one ask. */
  putBack(): void {
    this.#add(1);
  }

  #add(requests: number): void {
    this.#saved = Math.min(SAVED_MAX, this.#saved + requests);
  }
}
