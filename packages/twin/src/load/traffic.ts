/**
 * Merchants who pay at a steady rate for as long as they are told to, by clients of several kinds in turn. For looking at,
 * not for judging: a drill's load keeps a history of everything, this one keeps counts only, whatever time it runs.
 * Invariant: what is under way is bounded; what would be beyond that is skipped, and counted.
 */
import { LOAD_RATE_MAX } from '@understudy/console/contract';
import type { ClientKind, LoadTally } from '@understudy/console/contract';
import { kindsOfClient } from '../drill/clients.ts';
import type { Answer, PaymentToSend, Sender } from '../drill/clients.ts';

export interface TrafficOptions {
  readonly api: string;
  readonly regions: Readonly<Record<string, string>>;
  readonly apiKey: string;
  /** Put before each id, so that runs on one twin do not meet. */
  readonly prefix: string;
}

/** Clients that wait for a region to come back, at most: a minute at a low rate, seconds at a high one. */
const UNDER_WAY_MAX = 2_000;
const TICK_MS = 20;
/** A client that repeats gives a payment up after this. */
const PATIENCE_MS = 30_000;
const REPEAT_PAUSE_MS = 400;
/** Latencies of the last answers: some seconds of them. */
const LATENCIES_KEPT_MAX = 1_000;
const currencies = ['USD', 'EUR', 'GBP'] as const;

export class Traffic {
  readonly #options: TrafficOptions;
  readonly #senders = new Map<ClientKind, Sender>();
  readonly #latencies: number[] = [];
  #clients: readonly ClientKind[] = ['library'];
  #ratePerSecond = 0;
  /** Payments that are due and not begun, in parts of one. */
  #due = 0;
  #tickedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #counts = { sent: 0, accepted: 0, refused: 0, unanswered: 0, skipped: 0 };
  #underWay = 0;
  #acceptedAt = 0;
  #longestGapMs = 0;
  #second = { at: 0, accepted: 0, before: 0 };

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  set(ratePerSecond: number, clients: readonly ClientKind[]): void {
    this.#clients = clients;
    this.#ratePerSecond = Math.min(ratePerSecond, LOAD_RATE_MAX);
    if (this.#ratePerSecond > 0 && !this.#timer) {
      this.#tickedAt = this.#acceptedAt = Date.now();
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
    } else if (this.#ratePerSecond === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  tally(): LoadTally {
    const now = Date.now();
    const latencies = this.#latencies.toSorted((a, b) => a - b);
    const share = (part: number): number | undefined => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];
    const [p50Ms, p99Ms] = [share(0.5), share(0.99)];
    return {
      ...this.#counts, underWay: this.#underWay, acceptedPerSecond: now - this.#second.at < 2_000 ? this.#second.before : 0,
      longestGapMs: Math.max(this.#longestGapMs, this.#timer ? now - this.#acceptedAt : 0), ...(p50Ms !== undefined && { p50Ms }), ...(p99Ms !== undefined && { p99Ms }),
    };
  }

  #tick(): void {
    const now = Date.now();
    // A process that was held up does not make up for more than a second.
    this.#due = Math.min(this.#due + (this.#ratePerSecond * (now - this.#tickedAt)) / 1_000, this.#ratePerSecond);
    this.#tickedAt = now;
    for (; this.#due >= 1; this.#due -= 1) {
      if (this.#underWay >= UNDER_WAY_MAX) this.#counts.skipped += 1;
      else void this.#pay();
    }
  }

  async #pay(): Promise<void> {
    const n = (this.#counts.sent += 1);
    const kind = this.#clients[n % this.#clients.length] ?? 'library';
    const payment: PaymentToSend = { transactionId: `${this.#options.prefix}-${n}`, amountMinor: 100 + ((n * 7_919) % 90_000), currency: currencies[n % currencies.length] ?? 'USD' };
    this.#underWay += 1;
    const startedAt = Date.now();
    try {
      for (;;) {
        const answer = await this.#send(kind, payment);
        this.#note(answer, startedAt);
        if (answer.kind !== 'unknown' || !kindsOfClient[kind].retry || Date.now() - startedAt > PATIENCE_MS || !this.#timer) return;
        await new Promise((resolve) => setTimeout(resolve, REPEAT_PAUSE_MS));
      }
    } finally {
      this.#underWay -= 1;
    }
  }

  #send(kind: ClientKind, payment: PaymentToSend): Promise<Answer> {
    const sender = this.#senders.get(kind) ?? kindsOfClient[kind].sender(this.#options);
    this.#senders.set(kind, sender);
    return sender.send(payment);
  }

  #note(answer: Answer, startedAt: number): void {
    if (answer.kind === 'refused') this.#counts.refused += 1;
    if (answer.kind === 'unknown') this.#counts.unanswered += 1;
    if (answer.kind !== 'accepted') return;
    const now = Date.now();
    this.#counts.accepted += 1;
    if (this.#timer) this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#acceptedAt);
    this.#acceptedAt = now;
    this.#latencies.push(now - startedAt);
    if (this.#latencies.length > LATENCIES_KEPT_MAX) this.#latencies.shift();
    const at = now - (now % 1_000);
    this.#second = this.#second.at === at ? { ...this.#second, accepted: this.#second.accepted + 1 } : { at, accepted: 1, before: at - this.#second.at === 1_000 ? this.#second.accepted : 0 };
  }
}
