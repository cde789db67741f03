// The journal in memory: every method is one indivisible step, as a conditional write is. Tells its followers
// (the regions' work indexes) of each change of work in order. Keeps no history.
import type { Acceptance, Decision, DecidedPayment, Epoch, Journal, Payment, PaymentKey, PostedMark, Quarantine, Random } from '@understudy/core';
import { epochOf, keyText, WORK_SHARDS } from '@understudy/core';

/** What an index sees of one write: where the payment now stands in work, or that it left. */
export interface WorkChange {
  readonly key: PaymentKey;
  readonly shard: number;
  readonly standing: { readonly postedEpoch: Epoch; readonly acceptedAt: Acceptance['acceptedAt'] } | undefined;
}

interface Stored {
  readonly payment: Payment;
  readonly shard: number;
}

const isDecided = (payment: Payment): payment is DecidedPayment => payment.acceptance !== undefined && payment.decision !== undefined;

const sameDecision = (a: Decision, b: Decision): boolean =>
  a.outcome === b.outcome && a.acquirerReference === b.acquirerReference && a.code === b.code && a.decidedAt === b.decidedAt && a.businessDate === b.businessDate;

export class InMemoryJournal implements Journal {
  readonly #items = new Map<string, Stored>();
  readonly #followers: ((change: WorkChange) => void)[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** For indexes and checkers. */
  follow(follower: (change: WorkChange) => void): void {
    this.#followers.push(follower);
  }

  /** Every payment, in the order of their first writes. */
  payments(): readonly Payment[] {
    return [...this.#items.values()].map((item) => item.payment);
  }

  async accept(key: PaymentKey, acceptance: Acceptance): ReturnType<Journal['accept']> {
    const standing = this.#items.get(keyText(key));
    if (standing) return { code: 'exists', payment: standing.payment };
    const payment: Payment = { merchantId: key.merchantId, transactionId: key.transactionId, acceptance, postedEpoch: epochOf(0), inWork: true, attempts: 0 };
    this.#store({ payment, shard: this.#random.integer(WORK_SHARDS) });
    return { code: 'created' };
  }

  async read(key: PaymentKey): Promise<Payment | undefined> {
    return this.#items.get(keyText(key))?.payment;
  }

  async decide(key: PaymentKey, decision: Decision): ReturnType<Journal['decide']> {
    const stored = this.#items.get(keyText(key));
    if (!stored?.payment.acceptance) return undefined;
    if (isDecided(stored.payment)) return { won: sameDecision(stored.payment.decision, decision), payment: stored.payment };
    const { quarantine: _cleared, ...rest } = stored.payment;
    const payment: DecidedPayment = { ...rest, acceptance: stored.payment.acceptance, decision };
    this.#store({ ...stored, payment });
    return { won: true, payment };
  }

  async spend(key: PaymentKey, decision: Decision): ReturnType<Journal['spend']> {
    const standing = this.#items.get(keyText(key));
    if (standing) return { code: 'exists', payment: standing.payment };
    const payment: Payment = { merchantId: key.merchantId, transactionId: key.transactionId, decision, postedEpoch: epochOf(0), inWork: false, attempts: 0 };
    this.#store({ payment, shard: 0 });
    return { code: 'spent' };
  }

  async markPosted(key: PaymentKey, mark: PostedMark): Promise<void> {
    const stored = this.#items.get(keyText(key));
    if (!stored || stored.payment.postedEpoch >= mark.epoch) return;
    const first = { settledAt: mark.at, settledRegion: mark.region };
    this.#store({ ...stored, payment: { ...first, ...stored.payment, postedEpoch: mark.epoch } });
  }

  async confirm(key: PaymentKey, epoch: Epoch): Promise<boolean> {
    const stored = this.#items.get(keyText(key));
    if (!stored?.payment.inWork || !stored.payment.decision || stored.payment.postedEpoch !== epoch) return false;
    this.#store({ ...stored, payment: { ...stored.payment, inWork: false } });
    return true;
  }

  async recordFault(key: PaymentKey, quarantine: Quarantine | undefined): Promise<void> {
    const stored = this.#items.get(keyText(key));
    if (!stored || (stored.payment.decision && stored.payment.postedEpoch > 0)) return;
    this.#store({ ...stored, payment: { ...stored.payment, attempts: stored.payment.attempts + 1, ...(quarantine && { quarantine }) } });
  }

  #store(stored: Stored): void {
    const { payment, shard } = stored;
    this.#items.set(keyText(payment), stored);
    if (!payment.acceptance) return;
    const standing = payment.inWork ? { postedEpoch: payment.postedEpoch, acceptedAt: payment.acceptance.acceptedAt } : undefined;
    for (const follower of this.#followers) follower({ key: { merchantId: payment.merchantId, transactionId: payment.transactionId }, shard, standing });
  }
}
