/**
 * Decides and records charges, voids and look-ups; refunds are decided by a desk of their own over the same log.
 *
 * Invariant: no answer leaves before everything it is based on is on disk; one key makes one charge, unless a behaviour
 * makes the acquirer forget it, and then the record shows both.
 * It knows no HTTP. Deciding is synchronous, so two requests with one key cannot both find it unused.
 */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import type { Behaviours } from './behaviours.ts';
import { ChargeBook } from './charge-book.ts';
import type { Charge, ChargeEvent, KeyRecord } from './charge-book.ts';
import { ChargeLog } from './charge-log.ts';
import { RefundDesk } from './refund-desk.ts';
import type { RefundEvent } from './refund-book.ts';
import { sameContent } from './charge-request.ts';
import type { ChargeRequest } from './charge-request.ts';

export type ChargeAnswer = Readonly<Charge> | 'key_reused';

export interface CardDeskOptions {
  readonly dataDir: string;
  readonly behaviours: Behaviours;
  readonly now: () => number;
}

export class CardDesk {
  readonly refunds: RefundDesk;
  readonly #book = new ChargeBook();
  readonly #behaviours: Behaviours;
  readonly #now: () => number;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** References whose charge is not on disk yet; nobody can have been told of them. */
  readonly #undurable = new Set<string>();
  #log: ChargeLog<ChargeEvent | RefundEvent> | undefined;

  private constructor(options: CardDeskOptions) {
    this.#behaviours = options.behaviours;
    this.#now = options.now;
    this.refunds = new RefundDesk({
      ...options,
      charge: ({ merchantId, transactionId, chargeReference }) =>
        this.#book.chargesOf(merchantId, transactionId).find((charge) => charge.reference === chargeReference && charge.outcome === 'approved' && !charge.voided),
      append: (event) => this.#append(event),
      settled: () => this.#settled(),
    });
  }

  static async open(options: CardDeskOptions): Promise<CardDesk> {
    const desk = new CardDesk(options);
    desk.#log = await ChargeLog.open<ChargeEvent | RefundEvent>(options.dataDir, (event) => desk.#apply(event));
    for (const charge of desk.#book.inProgress) desk.#completeLater(charge);
    desk.refunds.resume();
    return desk;
  }

  async charge(request: ChargeRequest, obedient: boolean): Promise<ChargeAnswer> {
    const { key, content } = request;
    const known = this.#book.latest(key);
    if (known === undefined || (!obedient && this.#forgotten(known))) {
      return this.#chargeAnew(request, obedient);
    }
    if (!sameContent(known.content, content)) {
      await this.#settled();
      return 'key_reused';
    }
    // Read now: the charge may complete while the line is written, and a later answer must not contradict this one.
    const answer = { ...known };
    await this.#append({ type: 'repeated', key });
    return answer;
  }

  async find(merchantId: string, transactionId: string): Promise<Readonly<Charge> | undefined> {
    const found = this.#book.find(merchantId, transactionId);
    const answer = found === undefined ? undefined : { ...found };
    await this.#settled();
    return answer;
  }

  /** Voids the charge named, or every approved one under the key; one in progress is completed first, so that it cannot follow later. */
  async void(key: string, reference?: string): Promise<'voided' | 'declined' | 'none'> {
    const charges = this.#book.chargesUnder(key).filter((charge) => reference === undefined || charge.reference === reference);
    for (const charge of charges) {
      if (charge.outcome === 'in_progress') void this.#append({ type: 'completed', reference: charge.reference });
    }
    const approved = charges.filter((charge) => charge.outcome === 'approved');
    if (approved.some((charge) => !charge.voided)) await this.#append({ type: 'voided', key, ...(reference === undefined ? {} : { reference }) });
    else await this.#settled();
    if (approved.length > 0) return 'voided';
    return charges.length > 0 ? 'declined' : 'none';
  }

  async records(): Promise<readonly KeyRecord[]> {
    const records = [...this.#book.records];
    await this.#settled();
    return records;
  }

  /** Given back of a charge. */
  refundedMinor(charge: Pick<Charge, 'reference'>): number {
    return this.refunds.book.givenBackMinor(charge.reference, false);
  }

  /** Every charge in the order in which they were made, or those of one payment. */
  async charges(of?: { readonly merchantId: string; readonly transactionId: string }): Promise<readonly Readonly<Charge>[]> {
    await this.#settled();
    return of ? this.#book.chargesOf(of.merchantId, of.transactionId) : this.#book.all;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.refunds.close();
    await this.#log?.close();
  }

  async #chargeAnew(request: ChargeRequest, obedient: boolean): Promise<ChargeAnswer> {
    const { key, content } = request;
    const reference = `acq_${randomUUID()}`;
    const atEpochMs = this.#now();
    const pending = obedient ? undefined : this.#behaviours.take('in_progress', content.transactionId);
    const declined = !obedient && pending === undefined && this.#behaviours.take('decline', content.transactionId) !== undefined;
    this.#undurable.add(reference);
    const written = this.#append({
      type: 'charged',
      key,
      content,
      reference,
      atEpochMs,
      outcome: pending !== undefined ? 'in_progress' : declined ? 'declined' : 'approved',
      ...(declined ? { code: 'card_declined' } : {}),
      ...(pending === undefined ? {} : { dueEpochMs: atEpochMs + pending.delayMs }),
    });
    const charge = this.#book.latest(key);
    assert(charge !== undefined, 'a charge just made is in the book');
    const answer = { ...charge };
    await written;
    this.#undurable.delete(reference);
    if (pending !== undefined) this.#completeLater(charge);
    return answer;
  }

  #forgotten(known: Charge): boolean {
    if (known.outcome === 'in_progress' || this.#undurable.has(known.reference)) return false;
    const { transactionId } = known.content;
    if (known.outcome === 'declined' && this.#behaviours.take('forget_declines', transactionId) !== undefined) return true;
    const ageMs = this.#now() - known.atEpochMs;
    return this.#behaviours.take('expire_keys', transactionId, (lifeMs) => ageMs >= lifeMs) !== undefined;
  }

  #completeLater(charge: Charge): void {
    const waitMs = Math.max(0, (charge.dueEpochMs ?? 0) - this.#now());
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      // A void may have completed it in the meantime.
      if (charge.outcome !== 'in_progress') return;
      // A write that fails is noticed by everyone who asks afterwards: no answer leaves any more.
      this.#append({ type: 'completed', reference: charge.reference }).catch(() => {});
    }, waitMs);
    this.#timers.add(timer);
  }

  /** The book first, within the same tick as the decision; the caller must await the disk before it answers. */
  #append(event: ChargeEvent | RefundEvent): Promise<void> {
    assert(this.#log !== undefined, 'the desk is open');
    this.#apply(event);
    return this.#log.append(event);
  }

  #apply(event: ChargeEvent | RefundEvent): void {
    switch (event.type) {
      case 'refunded':
      case 'refund_completed':
      case 'refund_repeated':
        return this.refunds.book.apply(event);
      case 'charged':
      case 'completed':
      case 'repeated':
      case 'voided':
        return this.#book.apply(event);
    }
  }

  #settled(): Promise<void> {
    assert(this.#log !== undefined, 'the desk is open');
    return this.#log.settled();
  }
}
