// What a caller sends, as types. Amounts are decimal strings: a JavaScript number cannot hold every amount.

export interface PaymentRequest {
  /** Names the payment for ever: yours, such as an order's number. The same id is the same payment. */
  readonly transaction_id: string;
  readonly customer_id: string;
  /** Such as `'12.50'`. */
  readonly amount: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** An opaque token, never a card number. */
  readonly payment_method: string;
  readonly session_id?: string;
}

export type ProcessRequest = Omit<PaymentRequest, 'payment_method'> & Partial<Pick<PaymentRequest, 'payment_method'>>;

export interface RefundRequest {
  /** Names the refund within its payment. */
  readonly refund_id: string;
  /** All that is left of the charge when absent. */
  readonly amount?: string;
}

export interface SessionRequest extends Pick<PaymentRequest, 'customer_id' | 'amount' | 'currency'> {
  readonly expires_in_s?: number;
}

export interface WebhookRequest {
  readonly url: string;
  /** All when absent. */
  readonly events?: readonly string[];
}

export interface ListOptions extends CallOptions {
  readonly limit?: number;
  /** A `next_cursor`, as it was given. */
  readonly cursor?: string;
}

export interface CallOptions {
  /** Ends the call; what was sent may have been done all the same. */
  readonly signal?: AbortSignal;
  /** All tries, pauses and waiting together. */
  readonly deadlineMs?: number;
}
