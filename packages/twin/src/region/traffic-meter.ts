/**
 * What a region's API did since it was last asked: payments acknowledged, requests it could not serve, how long they took.
 * Invariant: bounded, however much traffic there is; it looks at no body and delays nobody.
 */

export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly tookMs: number;
}

export interface Traffic {
  readonly acks: number;
  readonly errors: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

/** Durations kept of one interval: several times what one process answers in a second. More are counted, not timed. */
const DURATIONS_MAX = 2_000;

const paymentPaths: readonly string[] = ['/process', '/payments'];

export class TrafficMeter {
  #acks = 0;
  #errors = 0;
  #durations: number[] = [];

  note({ method, path, status, tookMs }: Answered): void {
    // The health check answers 503 on purpose, to keep clients away.
    if (path === '/health') return;
    if (status === 429 || status >= 500) this.#errors += 1;
    if (method !== 'POST' || !paymentPaths.includes(path)) return;
    if (status < 300) this.#acks += 1;
    if (this.#durations.length < DURATIONS_MAX) this.#durations.push(tookMs);
  }

  /** Begins a new interval. */
  take(): Traffic {
    const sorted = this.#durations.sort((a, b) => a - b);
    const traffic = { acks: this.#acks, errors: this.#errors, ...(sorted.length > 0 && { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) }) };
    [this.#acks, this.#errors, this.#durations] = [0, 0, []];
    return traffic;
  }
}

const quantile = (sorted: readonly number[], share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
