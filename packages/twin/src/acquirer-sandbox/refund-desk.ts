/**
 * Decides and records refunds, beside the desk that decides charges, and in the same log.
 *
 * Invariant: no more is ever given back than was charged, whoever asks and under how many keys; one key is one refund,
 * unless a behaviour makes the acquirer forget it. No answer leaves before everything it is based on is on disk.
 */
import { randomUUID } from 'node:crypto';
import type { Behaviours } from './behaviours.ts';
import type { Charge } from './charge-book.ts';
import { RefundBook } from './refund-book.ts';
import type { Refund, RefundContent, RefundEvent } from './refund-book.ts';

export interface RefundRequest {
  readonly key: string;
  readonly content: RefundContent;
}

export type RefundAnswer = Readonly<Refund> | 'key_reused';

export interface RefundDeskOptions {
  readonly behaviours: Behaviours;
  readonly now: () => number;
  /** The charge that a refund names, when it is of that payment and stands. */
  readonly charge: (content: RefundContent) => Charge | undefined;
  /** Applied at once, on disk when it resolves. */
  readonly append: (event: RefundEvent) => Promise<void>;
  readonly settled: () => Promise<void>;
}

export class RefundDesk {
  readonly book: RefundBook = new RefundBook();
  readonly #options: RefundDeskOptions;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: RefundDeskOptions) {
    this.#options = options;
  }

  async refund({ key, content }: RefundRequest, obedient: boolean): Promise<RefundAnswer> {
    const { append, settled } = this.#options;
    const known = this.book.latest(key);
    if (known === undefined || (!obedient && this.#forgotten(known))) return this.#refundAnew({ key, content }, obedient);
    if (JSON.stringify(known.content) !== JSON.stringify(content)) {
      await settled();
      return 'key_reused';
    }
    const answer = { ...known };
    await append({ type: 'refund_repeated', reference: known.reference });
    return answer;
  }

  async find(merchantId: string, transactionId: string, refundId: string): Promise<Readonly<Refund> | undefined> {
    const found = this.book.find(merchantId, transactionId, refundId);
    const answer = found && { ...found };
    await this.#options.settled();
    return answer;
  }

  async all(): Promise<readonly Readonly<Refund>[]> {
    await this.#options.settled();
    return this.book.all;
  }

  /** After a replay: what was in progress goes on. */
  resume(): void {
    for (const refund of this.book.all) if (refund.outcome === 'in_progress') this.#completeLater(refund);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #refundAnew({ key, content }: RefundRequest, obedient: boolean): Promise<Readonly<Refund>> {
    const { behaviours, now, append } = this.#options;
    const atEpochMs = now();
    const refused = this.#refusal(content);
    const pending = obedient || refused ? undefined : behaviours.take('in_progress', content.transactionId);
    const declined = refused ?? (!obedient && !pending && behaviours.take('decline', content.transactionId) ? 'refund_declined' : undefined);
    const written = append({
      type: 'refunded', key, content, reference: `ref_${randomUUID()}`, atEpochMs,
      outcome: pending ? 'in_progress' : declined === undefined ? 'approved' : 'declined',
      ...(declined !== undefined && { code: declined }),
      ...(pending && { dueEpochMs: atEpochMs + pending.delayMs }),
    });
    const refund = this.book.latest(key) as Refund;
    const answer = { ...refund };
    await written;
    if (pending) this.#completeLater(refund);
    return answer;
  }

  #refusal(content: RefundContent): string | undefined {
    const charge = this.#options.charge(content);
    if (!charge || charge.content.currency !== content.currency) return 'no_such_charge';
    const left = Number(charge.content.amountMinor) - this.book.givenBackMinor(charge.reference, true);
    return Number(content.amountMinor) > left ? 'exceeds_charge' : undefined;
  }

  #forgotten(known: Refund): boolean {
    const { behaviours, now } = this.#options;
    const { transactionId } = known.content;
    if (known.outcome === 'in_progress') return false;
    if (known.outcome === 'declined' && behaviours.take('forget_declines', transactionId)) return true;
    const ageMs = now() - known.atEpochMs;
    return behaviours.take('expire_keys', transactionId, (lifeMs) => ageMs >= lifeMs) !== undefined;
  }

  #completeLater(refund: Refund): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      // A write that fails is noticed by everyone who asks afterwards.
      this.#options.append({ type: 'refund_completed', reference: refund.reference }).catch(() => {});
    }, Math.max(0, (refund.dueEpochMs ?? 0) - this.#options.now()));
    this.#timers.add(timer);
  }
}
