// The bodies of the contract, as types. Invariant: this file imports nothing, so that whoever takes the client library
// away takes these and no part of the service. The functions that make the bodies are held to them by the compiler: a
// status that the service knows and this file does not is a type error there.

export type RegionName = 'us-east-1' | 'us-east-2';

export interface AcceptedBody {
  readonly transaction_id: string;
  readonly status: 'accepted';
  readonly accepted_at: string;
  /** Where it was accepted first, whichever region answers. */
  readonly region: RegionName;
}

export interface PaymentBody {
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly payment_method?: string;
  readonly status: 'accepted' | 'processed' | 'failed' | 'cancelled' | 'quarantined';
  readonly accepted_at: string;
  readonly accepted_region: RegionName;
  readonly settled_at?: string;
  readonly settled_region?: RegionName;
  readonly error?: string;
}

export interface PaymentsBody {
  readonly payments: readonly (PaymentBody | CancelledBody)[];
  readonly next_cursor?: string;
}

export interface CancelledBody {
  readonly transaction_id: string;
  readonly status: 'cancelled';
}

export interface ValidatedBody {
  readonly message: 'Payment validated successfully';
  readonly transaction_id: string;
}

export interface ProcessedBody {
  readonly message: 'Payment processed successfully';
  readonly transaction_id: string;
  /** Whole seconds since 1970. */
  readonly timestamp: number;
}

/** As it was published when the charge was in the books. */
export interface ReceiptBody {
  readonly receipt: 'payment';
  /** False when it was made with a test key: no money moved. */
  readonly live: boolean;
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly amount: string;
  readonly currency: string;
  /** Such as `2026-01-05`. */
  readonly business_date: string;
  readonly decided_at: string;
}

export interface RefundBody {
  readonly refund_id: string;
  readonly transaction_id: string;
  readonly amount: string;
  readonly status: 'accepted' | 'processed' | 'failed';
  readonly error?: string;
}

export interface RefundsBody {
  readonly refunds: readonly RefundBody[];
}

export interface SessionBody {
  readonly session_id: string;
  readonly customer_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: 'open' | 'paid' | 'expired';
  readonly expires_at: string;
}

export interface WebhookBody {
  readonly webhook_id: string;
  readonly url: string;
  /** All events when absent. */
  readonly events?: readonly string[];
  readonly created_at: string;
}
