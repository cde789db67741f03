// The refunds of an acquirer in memory: what was given back of which charge, once per key, and never more than was
// charged, whoever asks.
import type { Money, RefundAnswer, RefundKey, RefundLookup, RefundOrder } from '@understudy/core';
import { keyText } from '@understudy/core';

export interface RefundRecord extends RefundKey {
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly reference: string;
  readonly outcome: 'approved' | 'declined' | 'in_progress';
  /** How many requests carried this key. */
  readonly requests: number;
}

const isOf = (a: RefundKey, b: RefundKey): boolean => keyText(a) === keyText(b) && a.refundId === b.refundId && a.live === b.live;

const answerOf = (record: RefundRecord): Exclude<RefundAnswer, { code: 'invalid' }> => {
  if (record.outcome === 'in_progress') return { code: 'in_progress' };
  return record.outcome === 'approved' ? { code: 'approved', reference: record.reference } : { code: 'declined', reference: record.reference, reason: 'refund_declined' };
};

export class InMemoryRefundDesk {
  #records: RefundRecord[] = [];
  #forgotten = new Set<string>();

  records(): readonly RefundRecord[] {
    return this.#records;
  }

  expireKeys(): void {
    for (const record of this.#records) this.#forgotten.add(record.reference);
  }

  /** `outcome`: what becomes of a key that is new, or still in progress. `charged`: what stands of the charge named. */
  refund(order: RefundOrder, { outcome, charged }: { readonly outcome: RefundRecord['outcome']; readonly charged: bigint }): RefundAnswer {
    const known = this.#records.find((record) => record.idempotencyKey === order.idempotencyKey && record.live === order.live && !this.#forgotten.has(record.reference));
    if (known && (!isOf(known, order) || known.amount.minor !== order.amount.minor)) return { code: 'invalid', reason: 'idempotency_key_reused' };
    const { chargeReference: _charge, ...asked } = order;
    const taken = this.#records.filter((record) => record !== known && keyText(record) === keyText(order) && record.live === order.live && record.outcome !== 'declined');
    const left = charged - taken.reduce((sum, record) => sum + record.amount.minor, 0n);
    const settled = known && known.outcome !== 'in_progress' ? known.outcome : (order.amount.minor > left ? 'declined' : outcome);
    const record: RefundRecord = { ...asked, reference: known?.reference ?? `re_${this.#records.length + 1}`, outcome: settled, requests: (known?.requests ?? 0) + 1 };
    this.#records = known ? this.#records.map((other) => (other === known ? record : other)) : [...this.#records, record];
    return answerOf(record);
  }

  /** An approved one wins, because it is the one that gave money back. */
  lookup(key: RefundKey): RefundLookup {
    const own = this.#records.filter((record) => isOf(record, key));
    const found = own.find((record) => record.outcome === 'approved') ?? own.find((record) => record.outcome === 'in_progress') ?? own.at(-1);
    return found ? answerOf(found) : { code: 'none' };
  }
}
