import type { Money } from '../domain/money/money.ts';
import type { PaymentKey } from '../domain/payment/payment.ts';
import type { RefundId } from '../domain/refund/refund.ts';

/** Whose charge is meant, and on which side: live and test payments have acquirers of their own, which never meet. */
export interface ChargeKey extends PaymentKey {
  readonly live: boolean;
}

export interface ChargeRequest extends ChargeKey {
  /** 64 hexadecimal digits; the same for every attempt at this payment from either region. */
  readonly idempotencyKey: string;
  readonly amount: Money;
  readonly paymentMethod?: string;
}

export type ChargeAnswer =
  | { readonly code: 'approved'; readonly reference: string }
  | { readonly code: 'declined'; readonly reference: string; readonly reason: string }
  /** Not definite: ask again later. */
  | { readonly code: 'in_progress' }
  /** The acquirer refuses the request itself; it charged nothing and will refuse it again. */
  | { readonly code: 'invalid'; readonly reason: string };

export type LookupAnswer = Exclude<ChargeAnswer, { code: 'invalid' }> | { readonly code: 'none' };

/** Which refund of which payment is meant. */
export interface RefundKey extends ChargeKey {
  readonly refundId: RefundId;
}

export interface RefundOrder extends RefundKey {
  /** 64 hexadecimal digits; the same for every attempt at this refund from either region. */
  readonly idempotencyKey: string;
  /** The acquirer's own name of the charge. */
  readonly chargeReference: string;
  readonly amount: Money;
}

/** As for a charge; `approved` is money given back. */
export type RefundAnswer = ChargeAnswer;
export type RefundLookup = LookupAnswer;

/**
 * Who moves the money. Demanded of any acquirer: the same key gives the same answer, declines too, for the
 * life of the key. Throws PortFault of port `acquirer`: then the outcome is unknown, never "no".
 */
export interface Acquirer {
  charge(request: ChargeRequest): Promise<ChargeAnswer>;
  /**
   * By the merchant's reference, also after the key is forgotten. A voided charge counts as none. `none` is definite. Of
   * several charges it tells the one that holds money, or else one that may yet; a decline only when there is neither.
   */
  lookup(charge: ChargeKey): Promise<LookupAnswer>;
  /** Gives one approved charge back, by the acquirer's reference. Idempotent. */
  void(charge: ChargeKey, reference: string): Promise<void>;
  /** Gives a part of an approved charge back. Declined when that would be more than what is left of it. */
  refund(order: RefundOrder): Promise<RefundAnswer>;
  /** By the merchant's references, also after the key is forgotten. `none` is definite. */
  lookupRefund(refund: RefundKey): Promise<RefundLookup>;
}
