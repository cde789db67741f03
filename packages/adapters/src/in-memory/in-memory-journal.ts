// The journal in memory: every method is one indivisible step, as a conditional write is. Tells its followers
// (the regions' work indexes) of each change of work in order. Keeps no history.
import type { Acceptance, Decision, DecidedPayment, Epoch, EpochMs, Journal, Payment, PaymentKey, PostedMark, Quarantine, Random, Upkeep, WorkEntry } from '@understudy/core';
import { epochOf, isDecided, keyText, refundsOf, sameDecision, WORK_SHARDS } from '@understudy/core';

/** Where a payment in work stands in the index. */
export type WorkPlace = Pick<WorkEntry, 'postedEpoch' | 'acceptedAt'>;

/** What an index sees of one write: where the payment now stands in work, or that it left. */
export interface WorkChange {
  readonly key: PaymentKey;
  readonly shard: number;
  readonly standing: WorkPlace | undefined;
}

interface Stored {
  readonly payment: Payment;
  readonly shard: number;
  readonly place?: WorkPlace;
}

export class InMemoryJournal implements Journal, Upkeep {
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
    this.#store({ payment, shard: this.#random.integer(WORK_SHARDS), place: { postedEpoch: epochOf(0), acceptedAt: acceptance.acceptedAt } });
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

  async markPosted(key: PaymentKey, mark: PostedMark): Promise<boolean> {
    const stored = this.#items.get(keyText(key));
    if (!stored) return true;
    const { payment } = stored;
    const refunds = mark.refunds ?? [];
    const isComplete = refundsOf(payment).length === refunds.length;
    if (payment.postedEpoch > mark.epoch) return isComplete;
    const told = payment.refunds && { refunds: payment.refunds.map((refund) => ({ ...refund, posted: refund.posted || refunds.includes(refund.refundId) })) };
    const first = { settledAt: mark.at, settledRegion: mark.region };
    if (!isComplete) this.#store({ ...stored, payment: { ...payment, ...told } });
    else this.#store({ ...stored, payment: { ...first, ...payment, ...told, postedEpoch: mark.epoch }, place: { postedEpoch: mark.epoch, acceptedAt: mark.acceptedAt } });
    return isComplete;
  }

  async confirm(key: PaymentKey, epoch: Epoch, refunds = 0): Promise<boolean> {
    const stored = this.#items.get(keyText(key));
    if (!stored?.payment.inWork || !stored.payment.decision || stored.payment.postedEpoch !== epoch) return false;
    if (stored.place?.postedEpoch !== epoch || refundsOf(stored.payment).length !== refunds) return false;
    this.#store({ ...stored, payment: { ...stored.payment, inWork: false } });
    return true;
  }

  async recordFault(key: PaymentKey, quarantine: Quarantine | undefined): Promise<void> {
    const stored = this.#items.get(keyText(key));
    if (!stored || (stored.payment.decision && stored.payment.postedEpoch > 0)) return;
    this.#store({ ...stored, payment: { ...stored.payment, attempts: stored.payment.attempts + 1, ...(quarantine && { quarantine }) } });
  }

  async release(key: PaymentKey): Promise<boolean> {
    const stored = this.#items.get(keyText(key));
    if (!stored?.payment.quarantine) return false;
    const { quarantine: _released, ...payment } = stored.payment;
    this.#store({ ...stored, payment });
    return true;
  }

  async purge(key: PaymentKey, { at, acceptedBefore }: { readonly at: EpochMs; readonly acceptedBefore: EpochMs }): Promise<boolean> {
    const stored = this.#items.get(keyText(key));
    if (!stored) return false;
    const { acceptance, quarantine: _gone, ...kept } = stored.payment;
    if (!acceptance || !kept.decision || kept.inWork || kept.postedEpoch === 0 || acceptance.acceptedAt >= acceptedBefore) return false;
    const { fingerprint, acceptedAt, acceptedRegion, live } = acceptance;
    this.#store({ ...stored, payment: { ...kept, tombstone: { fingerprint, acceptedAt, acceptedRegion, live, purgedAt: at } } });
    return true;
  }

  /** One indivisible step of another port over the same items. Undefined from `to` changes nothing. */
  change(key: PaymentKey, to: (payment: Payment) => { readonly payment: Payment; readonly place?: WorkPlace } | undefined): Payment | undefined {
    const stored = this.#items.get(keyText(key));
    const next = stored && to(stored.payment);
    if (stored && next) this.#store({ ...stored, ...next });
    return next?.payment ?? stored?.payment;
  }

  #store(stored: Stored): void {
    const { payment, shard } = stored;
    this.#items.set(keyText(payment), stored);
    if (!payment.acceptance) return;
    const standing = payment.inWork ? stored.place : undefined;
    for (const follower of this.#followers) follower({ key: { merchantId: payment.merchantId, transactionId: payment.transactionId }, shard, standing });
  }
}
