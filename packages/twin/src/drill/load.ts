/**
 * Merchants who send payments at a steady rate and try again, with the same id, until they are answered. A share of the
 * payments pays a checkout session, half of these against a rival, and a share is given back in parts.
 * Invariant: the history says of everything what was sent and what was acknowledged, by the client's own eyes.
 */
import { SeededRandom } from '@understudy/adapters/in-memory';
import type { Answer, MoneyToSend, Sender } from './clients.ts';

interface Sent extends MoneyToSend {
  readonly transactionId: string;
  /** When 200 or 202 arrived; undefined: never, so its outcome is unknown. */
  ackedAt?: number;
  tries: number;
  /** An answer that retrying cannot change. */
  refusedStatus?: number;
}

export interface SentPayment extends Sent {
  readonly sentAt: number;
  readonly sessionId?: string;
  /** Which region said so. */
  ackedBy?: string;
}

export interface SentRefund extends Sent {
  readonly refundId: string;
}

export interface LoadOptions {
  readonly sender: Sender;
  readonly ratePerSecond: number;
  /** At most; `end` ends it earlier. */
  readonly durationMs: number;
  readonly seed: number;
  /** Put before each id, so that runs on one twin do not meet. */
  readonly prefix: string;
  /** Whether a call that failed is repeated: a client without retries shows what the service loses by itself. */
  readonly retry?: boolean;
  /** Whether there are sessions and refunds among the payments. */
  readonly errands?: boolean;
}

export interface LoadResult {
  readonly payments: readonly SentPayment[];
  readonly refunds: readonly SentRefund[];
  readonly sessionsOpened: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly failedAt: readonly number[];
  /** Longest time between two acknowledged payments while load was on. */
  readonly longestGapMs: number;
  readonly ackLatencyMs: { readonly p50: number; readonly p99: number };
  readonly acked: number;
}

/** A client gives a payment up after this. */
const PATIENCE_MS = 45_000;
const RETRY_PAUSE_MS = { min: 50, max: 800 } as const;
/** Of a merchant who waits for an outcome, to give a part of it back: patiently, so that it is no load of its own. */
const LOOK_PAUSE_MS = { min: 1_000, max: 4_000 } as const;
const currencies = ['USD', 'EUR', 'GBP'] as const;

/** By the last digit of a payment's number: one in ten each. Scenarios may tell the acquirer to misbehave for one digit. */
const SESSION_DIGIT = 3;
const REFUND_DIGIT = 5;

export class Load {
  readonly #options: LoadOptions;
  readonly #random: SeededRandom;
  readonly #payments: SentPayment[] = [];
  readonly #refunds: SentRefund[] = [];
  readonly #acks: number[] = [];
  readonly #failedAt: number[] = [];
  #sessionsOpened = 0;
  #calls = 0;
  #ended = false;
  #abandoned = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  /** How many have been acknowledged so far. */
  get acked(): number {
    return this.#acks.length;
  }

  /** Nothing new is begun; what has begun is brought to its end. */
  end(): void {
    this.#ended = true;
  }

  /** Nothing is asked any more, also not again: the history ends in the middle. */
  abandon(): void {
    this.#ended = true;
    this.#abandoned = true;
  }

  /** Open loop: payments are sent when they are due, however slow the answers are. */
  async run(): Promise<LoadResult> {
    const { ratePerSecond, durationMs } = this.#options;
    const startedAt = Date.now();
    const sending: Promise<void>[] = [];
    for (let n = 0; !this.#ended; n += 1) {
      const dueAt = startedAt + (n * 1000) / ratePerSecond;
      if (dueAt >= startedAt + durationMs) break;
      const waitMs = dueAt - Date.now();
      if (waitMs > 0) await pause(waitMs);
      if (!this.#ended) sending.push(this.#begin(n));
    }
    await Promise.all(sending);
    this.#options.sender.close();
    return this.#result();
  }

  async #begin(n: number): Promise<void> {
    const transactionId = `${this.#options.prefix}-${n}`;
    const money = { amountMinor: 1 + this.#random.integer(1_500_000), currency: currencies[this.#random.integer(currencies.length)] ?? 'USD' };
    const digit = this.#options.errands === true ? n % 10 : undefined;
    if (digit === SESSION_DIGIT) return this.#paySession(transactionId, money, { contested: n % 20 === SESSION_DIGIT });
    const payment = await this.#pay({ transactionId, ...money });
    if (digit === REFUND_DIGIT && payment.ackedAt !== undefined) await this.#giveBack(payment);
  }

  async #pay(wanted: Pick<SentPayment, 'transactionId' | 'amountMinor' | 'currency' | 'sessionId'>): Promise<SentPayment> {
    const payment: SentPayment = { ...wanted, sentAt: Date.now(), tries: 0 };
    this.#payments.push(payment);
    const answer = await this.#ask(payment, () => this.#options.sender.send(payment));
    if (payment.ackedAt !== undefined) this.#acks.push(payment.ackedAt);
    if (answer.kind === 'accepted' && answer.region !== undefined) payment.ackedBy = answer.region;
    return payment;
  }

  /** Who has no session does not pay. A rival pays the same session at the same moment: one of them at most may be charged. */
  async #paySession(transactionId: string, money: MoneyToSend, { contested }: { readonly contested: boolean }): Promise<void> {
    let sessionId: string | undefined;
    await this.#ask({ tries: 0 }, async () => {
      sessionId = await this.#options.sender.openSession(money);
      return sessionId === undefined ? { kind: 'unknown' } : { kind: 'accepted', region: undefined };
    });
    if (sessionId === undefined) return;
    this.#sessionsOpened += 1;
    const payers = contested ? [transactionId, `${transactionId}-rival`] : [transactionId];
    await Promise.all(payers.map((payer) => this.#pay({ transactionId: payer, ...money, sessionId: sessionId ?? '' })));
  }

  /** A third of it, the rest, and then all of it once more, which must be refused as soon as one of the first two is accepted. */
  async #giveBack(payment: SentPayment): Promise<void> {
    if (!(await this.#isProcessed(payment))) return;
    const third = Math.floor(payment.amountMinor / 3);
    for (const [n, amountMinor] of [third, payment.amountMinor - third, payment.amountMinor].entries()) {
      if (amountMinor === 0) continue;
      const refund: SentRefund = { transactionId: payment.transactionId, refundId: `part-${n + 1}`, amountMinor, currency: payment.currency, tries: 0 };
      this.#refunds.push(refund);
      await this.#ask(refund, () => this.#options.sender.refund(refund));
    }
  }

  async #isProcessed({ transactionId }: SentPayment): Promise<boolean> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let pauseMs: number = LOOK_PAUSE_MS.min; Date.now() < deadline && !this.#abandoned; pauseMs = Math.min(pauseMs * 2, LOOK_PAUSE_MS.max)) {
      await pause(pauseMs);
      const status = await this.#options.sender.statusOf(transactionId);
      if (status === 'processed') return true;
      if (status === 'failed' || status === 'cancelled') return false;
    }
    return false;
  }

  /** Until there is a definite answer, which is noted in `sent`, or patience is over; who does not repeat asks once. */
  async #ask(sent: Pick<Sent, 'ackedAt' | 'refusedStatus' | 'tries'>, ask: () => Promise<Answer>): Promise<Answer> {
    const startedAt = Date.now();
    for (let pauseMs: number = RETRY_PAUSE_MS.min; ; pauseMs = Math.min(pauseMs * 2, RETRY_PAUSE_MS.max)) {
      this.#calls += 1;
      const answer = await ask();
      sent.tries += 1;
      if (answer.kind === 'accepted') sent.ackedAt = Date.now();
      if (answer.kind === 'refused') sent.refusedStatus = answer.status;
      if (answer.kind !== 'unknown') return answer;
      this.#failedAt.push(Date.now());
      if (this.#options.retry === false || this.#abandoned || Date.now() - startedAt > PATIENCE_MS) return answer;
      await pause(pauseMs / 2 + this.#random.integer(pauseMs));
    }
  }

  #result(): LoadResult {
    const latencies = this.#payments.flatMap((payment) => (payment.ackedAt === undefined ? [] : [payment.ackedAt - payment.sentAt])).sort((a, b) => a - b);
    const acks = [...this.#acks].sort((a, b) => a - b);
    const gaps = acks.slice(1).map((at, i) => at - (acks[i] ?? at));
    const percentile = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
    return {
      payments: this.#payments, refunds: this.#refunds, sessionsOpened: this.#sessionsOpened,
      calls: this.#calls, failedCalls: this.#failedAt.length, failedAt: this.#failedAt, acked: acks.length,
      longestGapMs: gaps.reduce((longest, gap) => Math.max(longest, gap), 0),
      ackLatencyMs: { p50: percentile(0.5), p99: percentile(0.99) },
    };
  }
}

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
