/**
 * Every refund the acquirer ever made, in memory, built from the events that are in the log.
 *
 * Invariant: as the charge book, the state is a function of the events alone and nothing is ever removed.
 */
import { strict as assert } from 'node:assert';

export interface RefundContent {
  readonly merchantId: string;
  readonly transactionId: string;
  readonly refundId: string;
  readonly chargeReference: string;
  /** Minor units; at most Number.MAX_SAFE_INTEGER, which the parser sees to. */
  readonly amountMinor: string;
  readonly currency: string;
  readonly live: boolean;
}

export type RefundEvent =
  | {
      readonly type: 'refunded';
      readonly key: string;
      readonly content: RefundContent;
      readonly outcome: 'approved' | 'declined' | 'in_progress';
      readonly reference: string;
      readonly code?: string;
      readonly atEpochMs: number;
      /** When a refund in progress will be approved. */
      readonly dueEpochMs?: number;
    }
  | { readonly type: 'refund_completed'; readonly reference: string }
  | { readonly type: 'refund_repeated'; readonly reference: string };

export interface Refund {
  readonly key: string;
  readonly content: RefundContent;
  readonly reference: string;
  readonly code: string | undefined;
  readonly atEpochMs: number;
  readonly dueEpochMs: number | undefined;
  outcome: 'approved' | 'declined' | 'in_progress';
  requests: number;
}

export class RefundBook {
  /** In the order in which they were made. */
  readonly all: Refund[] = [];
  readonly #byKey = new Map<string, Refund>();
  readonly #byReference = new Map<string, Refund>();
  readonly #byMerchantReference = new Map<string, Refund[]>();
  readonly #byCharge = new Map<string, Refund[]>();

  apply(event: RefundEvent): void {
    if (event.type === 'refunded') return this.#refund(event);
    const refund = this.#byReference.get(event.reference);
    assert(refund !== undefined, `there is no refund ${event.reference}`);
    if (event.type === 'refund_repeated') refund.requests += 1;
    else refund.outcome = 'approved';
  }

  latest(key: string): Refund | undefined {
    return this.#byKey.get(key);
  }

  /** An approved refund wins, because it is the one that gave money back. */
  find(merchantId: string, transactionId: string, refundId: string): Refund | undefined {
    const own = this.#byMerchantReference.get(merchantReference({ merchantId, transactionId, refundId })) ?? [];
    return own.findLast((refund) => refund.outcome === 'approved') ?? own.findLast((refund) => refund.outcome === 'in_progress') ?? own.at(-1);
  }

  /** Given back of a charge so far; with those in progress when `pending`. */
  givenBackMinor(chargeReference: string, pending: boolean): number {
    const refunds = this.#byCharge.get(chargeReference) ?? [];
    const counted = refunds.filter((refund) => refund.outcome === 'approved' || (pending && refund.outcome === 'in_progress'));
    return counted.reduce((sum, refund) => sum + Number(refund.content.amountMinor), 0);
  }

  #refund({ key, content, reference, code, atEpochMs, dueEpochMs, outcome }: RefundEvent & { readonly type: 'refunded' }): void {
    const refund: Refund = { key, content, reference, code, atEpochMs, dueEpochMs, outcome, requests: 1 };
    this.all.push(refund);
    this.#byKey.set(key, refund);
    this.#byReference.set(reference, refund);
    addTo(this.#byCharge, content.chargeReference, refund);
    addTo(this.#byMerchantReference, merchantReference(content), refund);
  }
}

/** No id may hold a line feed. */
const merchantReference = ({ merchantId, transactionId, refundId }: Pick<RefundContent, 'merchantId' | 'transactionId' | 'refundId'>): string =>
  `${merchantId}\n${transactionId}\n${refundId}`;

function addTo(groups: Map<string, Refund[]>, name: string, refund: Refund): void {
  const group = groups.get(name);
  if (group) group.push(refund);
  else groups.set(name, [refund]);
}
