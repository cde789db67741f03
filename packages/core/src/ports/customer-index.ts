import type { CustomerId, MerchantId, TransactionId } from '../domain/payment/payment.ts';
import type { EpochMs } from '../domain/time.ts';

export interface CustomerEntry {
  readonly transactionId: TransactionId;
  readonly acceptedAt: EpochMs;
}

export interface CustomerQuery {
  readonly merchantId: MerchantId;
  readonly customerId: CustomerId;
  readonly limit: number;
  /** Only what comes after this entry, which is what was accepted before it. */
  readonly after?: CustomerEntry;
}

/**
 * The payments of one merchant's customer, newest first; payments of one instant in an order that stays. Eventual: the
 * newest may be missing. Fewer than `limit` entries are the last ones. Throws PortFault of port `journal`.
 */
export interface CustomerIndex {
  query(query: CustomerQuery): Promise<readonly CustomerEntry[]>;
}
