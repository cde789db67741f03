/**
 * Merchants who send payments at a steady rate and try again, with the same id, until they are answered.
 * Invariant: the history says of every payment what was sent and what was acknowledged, by the client's own eyes.
 */
import { SeededRandom } from '@understudy/adapters/in-memory';
import type { Sender } from './clients.ts';

export interface SentPayment {
  readonly transactionId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly sentAt: number;
  /** When 200 or 202 arrived; undefined: never, so its outcome is unknown. */
  ackedAt?: number;
  /** Which region said so. */
  ackedBy?: string;
  tries: number;
  /** An answer that retrying cannot change. */
  refusedStatus?: number;
}

export interface LoadOptions {
  readonly sender: Sender;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly seed: number;
  /** Put before each id, so that runs on one twin do not meet. */
  readonly prefix: string;
  /** Whether a call that failed is repeated: a client without retries shows what the service loses by itself. */
  readonly retry?: boolean;
}

export interface LoadResult {
  readonly payments: readonly SentPayment[];
  readonly calls: number;
  readonly failedCalls: number;
  readonly failedAt: readonly number[];
  /** Longest time between two acknowledgements while load was on. */
  readonly longestGapMs: number;
  readonly ackLatencyMs: { readonly p50: number; readonly p99: number };
  readonly acked: number;
}

/** A client gives a payment up after this. */
const PATIENCE_MS = 45_000;
const RETRY_PAUSE_MS = { min: 50, max: 800 } as const;
const currencies = ['USD', 'EUR', 'GBP'] as const;

export class Load {
  readonly #options: LoadOptions;
  readonly #random: SeededRandom;
  readonly #payments: SentPayment[] = [];
  readonly #acks: number[] = [];
  #calls = 0;
  readonly #failedAt: number[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  /** How many have been acknowledged so far. */
  get acked(): number {
    return this.#acks.length;
  }

  /** Open loop: payments are sent when they are due, however slow the answers are. */
  async run(): Promise<LoadResult> {
    const { ratePerSecond, durationMs } = this.#options;
    const startedAt = Date.now();
    const sending: Promise<void>[] = [];
    for (let n = 0; ; n += 1) {
      const dueAt = startedAt + (n * 1000) / ratePerSecond;
      if (dueAt >= startedAt + durationMs) break;
      const waitMs = dueAt - Date.now();
      if (waitMs > 0) await pause(waitMs);
      sending.push(this.#send(n));
    }
    await Promise.all(sending);
    this.#options.sender.close();
    return this.#result();
  }

  async #send(n: number): Promise<void> {
    const payment: SentPayment = {
      transactionId: `${this.#options.prefix}-${n}`,
      amountMinor: 1 + this.#random.integer(1_500_000),
      currency: currencies[this.#random.integer(currencies.length)] ?? 'USD',
      sentAt: Date.now(),
      tries: 0,
    };
    this.#payments.push(payment);
    for (let pauseMs: number = RETRY_PAUSE_MS.min; ; pauseMs = Math.min(pauseMs * 2, RETRY_PAUSE_MS.max)) {
      this.#calls += 1;
      const answer = await this.#options.sender.send(payment);
      payment.tries += 1;
      if (answer.kind === 'accepted') {
        payment.ackedAt = Date.now();
        if (answer.region !== undefined) payment.ackedBy = answer.region;
        this.#acks.push(payment.ackedAt);
        return;
      }
      if (answer.kind === 'refused') {
        payment.refusedStatus = answer.status;
        return;
      }
      this.#failedAt.push(Date.now());
      if (this.#options.retry === false || Date.now() - payment.sentAt > PATIENCE_MS) return;
      await pause(pauseMs / 2 + this.#random.integer(pauseMs));
    }
  }

  #result(): LoadResult {
    const latencies = this.#payments.flatMap((payment) => (payment.ackedAt === undefined ? [] : [payment.ackedAt - payment.sentAt])).sort((a, b) => a - b);
    const acks = [...this.#acks].sort((a, b) => a - b);
    const gaps = acks.slice(1).map((at, i) => at - (acks[i] ?? at));
    const percentile = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
    return {
      payments: this.#payments, calls: this.#calls, failedCalls: this.#failedAt.length, failedAt: this.#failedAt, acked: acks.length,
      longestGapMs: gaps.reduce((longest, gap) => Math.max(longest, gap), 0),
      ackLatencyMs: { p50: percentile(0.5), p99: percentile(0.99) },
    };
  }
}

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
