import type { DecidedPayment, PaymentKey } from '../domain/payment/payment.ts';
import type { RefundId } from '../domain/refund/refund.ts';
import type { Epoch } from '../domain/region/epoch.ts';

export type PostResult =
  /** Committed. `inserted` are those of which a row, its own or of a refund, was not there before, as key texts. */
  | { readonly code: 'posted'; readonly inserted: ReadonlySet<string> }
  /** Nothing was written: the fence stands at another epoch, or this server is a standby. */
  | { readonly code: 'fenced'; readonly fence: Epoch }
  /** Nothing was written: the database refuses the content itself (a constraint), and will again. */
  | { readonly code: 'refused'; readonly reason: string };

export interface LedgerSnapshot {
  readonly fence: Epoch;
  readonly inRecovery: boolean;
  /**
   * Which of these payments have a row, by key text, and which of their refunds. All answers of one snapshot are of one
   * instant. Asked of none, it keeps the snapshot from idling.
   */
  present(keys: readonly PaymentKey[]): Promise<PresentRows>;
}

export type PresentRows = ReadonlyMap<string, readonly RefundId[]>;

/**
 * The double-entry books of one region. Throws PortFault of port `ledger` (then the outcome of a post is
 * unknown: repeat it, rows are inserted once).
 */
export interface Ledger {
  /**
   * One transaction: shared advisory lock, then the fence must equal `epoch`, then rows, postings and outbox from the
   * decisions of the payments and, after them, of their refunds; a refund that is not decided is left out.
   */
  post(epoch: Epoch, payments: readonly DecidedPayment[]): Promise<PostResult>;
  /** Runs `use` over one consistent snapshot of this region's server, primary or standby. */
  withSnapshot<T>(use: (snapshot: LedgerSnapshot) => Promise<T>): Promise<T>;
}
