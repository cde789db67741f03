// An acquirer in memory that keeps a record of every charge, and misbehaves on demand: lost answers, answers that
// are not definite, keys that expire, declines that are not remembered. Unscripted it keeps the port's promises.
import type { Acquirer, ChargeAnswer, ChargeKey, ChargeRequest, LookupAnswer, Money, PaymentKey, RefundAnswer, RefundId, RefundKey, RefundLookup, RefundOrder } from '@understudy/core';
import { keyText, PortFault } from '@understudy/core';
import { InMemoryRefundDesk } from './in-memory-refund-desk.ts';
import type { RefundRecord } from './in-memory-refund-desk.ts';

export type AcquirerMode =
  | 'approve'
  | 'decline'
  /** Takes the request and has no outcome yet. */
  | 'in_progress'
  | 'invalid'
  /** Charges; the answer is lost. */
  | 'charge_no_answer'
  /** The request never arrives. */
  | 'fail';

export interface AcquirerBehaviour {
  readonly mode: AcquirerMode;
  /** Which payments; all when absent. */
  readonly match?: (key: PaymentKey) => boolean;
  /** How many charge requests; without end when absent. */
  readonly times?: number;
}

export interface ChargeRecord extends ChargeKey {
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly reference: string;
  readonly outcome: 'approved' | 'declined' | 'in_progress';
  readonly voided: boolean;
  /** How many requests carried this key. */
  readonly requests: number;
}

const DECLINE_REASON = 'card_declined';

/** The live and the test side know nothing of each other's keys. */
const knownAs = (charge: { readonly live: boolean; readonly idempotencyKey: string }): string => `${charge.live ? 'live' : 'test'} ${charge.idempotencyKey}`;

const answerOf = (charge: ChargeRecord): Exclude<ChargeAnswer, { code: 'invalid' }> => {
  if (charge.outcome === 'in_progress') return { code: 'in_progress' };
  if (charge.outcome === 'declined') return { code: 'declined', reference: charge.reference, reason: DECLINE_REASON };
  return { code: 'approved', reference: charge.reference };
};

export class InMemoryAcquirer implements Acquirer {
  #charges: ChargeRecord[] = [];
  #knownKeys = new Map<string, string>();
  readonly #refunds = new InMemoryRefundDesk();
  #behaviours: { readonly behaviour: AcquirerBehaviour; left: number }[] = [];

  charges(): readonly ChargeRecord[] {
    return this.#charges;
  }

  /** What was taken from the customer for this payment and not given back: more than one is a double charge. */
  netCharges(key: PaymentKey): number {
    return this.#of(key).filter((charge) => charge.outcome === 'approved' && !charge.voided).length;
  }

  refunds(): readonly RefundRecord[] {
    return this.#refunds.records();
  }

  /** How often money was given back for this refund: more than once is too much. */
  netRefunds(key: PaymentKey, id: RefundId): number {
    return this.refunds().filter((record) => keyText(record) === keyText(key) && record.refundId === id && record.outcome === 'approved').length;
  }

  /** The latest matching behaviour wins. */
  behave(behaviour: AcquirerBehaviour): void {
    this.#behaviours.unshift({ behaviour, left: behaviour.times ?? Number.MAX_SAFE_INTEGER });
  }

  behaveWell(): void {
    this.#behaviours = [];
  }

  /** Every idempotency key so far reaches the end of its life. Charges are still found by reference. */
  expireKeys(): void {
    this.#knownKeys.clear();
    this.#refunds.expireKeys();
  }

  /** Breaks the port's demand, as some acquirers do: a declined key may be charged anew. */
  forgetDeclines(): void {
    for (const charge of this.#charges) if (charge.outcome === 'declined' && this.#knownKeys.get(knownAs(charge)) === charge.reference) this.#knownKeys.delete(knownAs(charge));
  }

  async charge(request: ChargeRequest): Promise<ChargeAnswer> {
    const mode = this.#nextMode(request);
    if (mode === 'fail') throw this.#fault('the request did not arrive');
    const known = this.#charges.find((charge) => charge.reference === this.#knownKeys.get(knownAs(request)));
    if (known && (keyText(known) !== keyText(request) || known.amount.minor !== request.amount.minor || known.amount.currency !== request.amount.currency)) {
      return { code: 'invalid', reason: 'idempotency_key_reused' };
    }
    if (!known && mode === 'invalid') return { code: 'invalid', reason: 'invalid_request' };
    const charge = this.#record(request, known, mode);
    if (mode === 'charge_no_answer') throw this.#fault('the answer is lost');
    return answerOf(charge);
  }

  async lookup(key: ChargeKey): Promise<LookupAnswer> {
    const standing = this.#of(key).filter((charge) => charge.live === key.live && !charge.voided);
    const found = standing.find((charge) => charge.outcome === 'approved') ?? standing.find((charge) => charge.outcome === 'in_progress') ?? standing.at(-1);
    return found ? answerOf(found) : { code: 'none' };
  }

  async void(key: ChargeKey, reference: string): Promise<void> {
    this.#charges = this.#charges.map((charge) =>
      charge.reference === reference && keyText(charge) === keyText(key) && charge.live === key.live && charge.outcome === 'approved' ? { ...charge, voided: true } : charge);
  }

  async refund(order: RefundOrder): Promise<RefundAnswer> {
    const mode = this.#nextMode(order);
    if (mode === 'fail') throw this.#fault('the request did not arrive');
    if (mode === 'invalid') return { code: 'invalid', reason: 'invalid_request' };
    const charge = this.#of(order).find((one) => one.live === order.live && one.reference === order.chargeReference && one.outcome === 'approved' && !one.voided);
    const answer = this.#refunds.refund(order, { outcome: this.#outcomeOf(mode), charged: charge?.amount.minor ?? 0n });
    if (mode === 'charge_no_answer') throw this.#fault('the answer is lost');
    return answer;
  }

  async lookupRefund(key: RefundKey): Promise<RefundLookup> {
    return this.#refunds.lookup(key);
  }

  #of(key: PaymentKey): readonly ChargeRecord[] {
    return this.#charges.filter((charge) => keyText(charge) === keyText(key));
  }

  #nextMode(key: PaymentKey): AcquirerMode {
    const found = this.#behaviours.find(({ behaviour, left }) => left > 0 && (behaviour.match?.(key) ?? true));
    if (!found) return 'approve';
    found.left -= 1;
    return found.behaviour.mode;
  }

  /** A key that has its outcome keeps it, whatever the script says; one in progress gets it once it may. */
  #record(request: ChargeRequest, known: ChargeRecord | undefined, mode: AcquirerMode): ChargeRecord {
    const outcome = known && known.outcome !== 'in_progress' ? known.outcome : this.#outcomeOf(mode);
    const reference = known?.reference ?? `ch_${this.#charges.length + 1}`;
    const { merchantId, transactionId, live, idempotencyKey, amount } = request;
    const charge = { merchantId, transactionId, live, idempotencyKey, amount, reference, outcome, voided: known?.voided ?? false, requests: (known?.requests ?? 0) + 1 };
    this.#charges = known ? this.#charges.map((other) => (other === known ? charge : other)) : [...this.#charges, charge];
    this.#knownKeys.set(knownAs(request), reference);
    return charge;
  }

  #outcomeOf(mode: AcquirerMode): ChargeRecord['outcome'] {
    if (mode === 'decline') return 'declined';
    return mode === 'in_progress' ? 'in_progress' : 'approved';
  }

  #fault(message: string): PortFault {
    return new PortFault({ port: 'acquirer', retryable: true, message });
  }
}
