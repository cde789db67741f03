import type { Outcome, PaymentKey } from '../domain/payment/payment.ts';
import type { RefundOutcome } from '../domain/refund/refund.ts';
import type { Money, MinorUnits } from '../domain/money/money.ts';
import type { EpochMs } from '../domain/time.ts';

export interface BookedPayment extends PaymentKey {
  readonly customerId: string;
  readonly amount: Money;
  readonly outcome: Outcome;
  readonly code?: string;
  readonly reference?: string;
  readonly epoch: number;
  readonly live: boolean;
  readonly decidedAt: EpochMs;
  readonly postedAt: EpochMs;
  readonly refundedMinor: MinorUnits;
}

export interface BookedQuery {
  readonly limit: number;
  /** Where the page before ended. */
  readonly before?: string;
  readonly outcome?: Outcome;
  readonly merchantId?: string;
  readonly live?: boolean;
}

export interface BookedPage {
  readonly payments: readonly BookedPayment[];
  /** How many entries of the books were looked at for them: filters cost, and are bounded. */
  readonly looked: number;
  /** Absent at the end of the books. A page may be empty and still have one. */
  readonly next?: string;
}

export interface BookedRefund {
  readonly refundId: string;
  readonly amountMinor: MinorUnits;
  readonly outcome: RefundOutcome;
  readonly code?: string;
  readonly reference?: string;
  readonly epoch: number;
  readonly postedAt: EpochMs;
}

export interface BookedPosting {
  readonly account: string;
  /** A debit is above zero, a credit below. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Absent for the payment's own. */
  readonly refundId?: string;
}

export interface BookedNotice {
  readonly event: string;
  readonly at: EpochMs;
  /** Absent until it was decided who is to be told. */
  readonly addressedAt?: EpochMs;
  /** Absent until then, and after it when there is nobody, or all were told so long ago that it is forgotten. */
  readonly target?: string;
  readonly deliveryId?: string;
  readonly failures: number;
  readonly dueAt?: EpochMs;
  readonly toldAt?: EpochMs;
  readonly deadAt?: EpochMs;
  readonly lastAnswer?: string;
}

export interface BookedEntry {
  readonly refundId?: string;
  readonly receiptDue: boolean;
  /** The settlement file it stands in. */
  readonly file?: { readonly businessDate: string; readonly currency: string; readonly n: number; readonly publishedEpoch: number };
}

export interface BookedStory {
  readonly payment?: BookedPayment;
  readonly postings: readonly BookedPosting[];
  readonly refunds: readonly BookedRefund[];
  readonly notices: readonly BookedNotice[];
  readonly entries: readonly BookedEntry[];
}

/**
 * What one region's books hold, for a person to look at. Every page costs a bounded number of rows, however large the
 * books are. Throws PortFault of port `ledger`.
 */
export interface LedgerBrowser {
  /** In the order in which they entered these books, newest first. What was brought back after a failover is new there. */
  newest(query: BookedQuery): Promise<BookedPage>;
  /** All of one payment, of one instant. */
  story(key: PaymentKey): Promise<BookedStory>;
  /** Who has payments here, by name, up to a hundred. */
  merchants(): Promise<readonly string[]>;
}
