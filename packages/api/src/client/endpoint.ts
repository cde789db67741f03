// What the client remembers of one endpoint. Invariant: one that failed several times in a row leads no call until it
// has rested, and then exactly one: the probe. Its answer ends the rest; until then the next rest has begun already.
// Resting is about who is asked first. A call that finds nobody else still asks here.

/** One failure may be the caller's own network; three in a row are a pattern. */
const STRIKES_MAX = 3;
/** A probe costs its call one hedge at most, so rests may be short; they grow so that a long outage costs little. */
const REST_MS = { min: 1_000, max: 10_000 } as const;

export class Endpoint {
  readonly url: string;
  readonly #random: () => number;
  #strikes = 0;
  #rests = 0;
  #restUntil = -Infinity;

  constructor(url: string, random: () => number) {
    this.url = url;
    this.#random = random;
  }

  get restUntil(): number {
    return this.#restUntil;
  }

  /** Whether a call may begin here; a yes after a rest makes that call the probe. */
  mayLead(now: number): boolean {
    if (now < this.#restUntil) return false;
    if (this.#strikes >= STRIKES_MAX) this.#rest(now);
    return true;
  }

  answered(): void {
    this.#strikes = 0;
    this.#rests = 0;
    this.#restUntil = -Infinity;
  }

  /** It failed, or was overtaken by another that was asked later. What fails during a rest does not prolong it. */
  strike(now: number): void {
    this.#strikes += 1;
    if (this.#strikes >= STRIKES_MAX && now >= this.#restUntil) this.#rest(now);
  }

  /** Between half and all of it, so that many clients do not probe at once. */
  #rest(now: number): void {
    const restMs = Math.min(REST_MS.max, REST_MS.min * 2 ** this.#rests);
    this.#rests += 1;
    this.#restUntil = now + restMs * (0.5 + this.#random() / 2);
  }
}

/** Who is asked first, second and so on: the first as given that may lead, or else the one whose rest ends first. */
export function inOrder(endpoints: readonly Endpoint[], now: number): readonly Endpoint[] {
  const leader = endpoints.find((endpoint) => endpoint.mayLead(now)) ?? endpoints.toSorted((a, b) => a.restUntil - b.restUntil)[0];
  return leader ? [leader, ...endpoints.filter((endpoint) => endpoint !== leader)] : [];
}
