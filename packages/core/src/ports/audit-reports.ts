import type { ChargeEntry, LedgerEntry } from '../domain/audit/entries.ts';
import type { PaymentKey } from '../domain/payment/payment.ts';

export interface ReportPage<Entry> {
  readonly entries: readonly Entry[];
  /** Absent at the end. */
  readonly cursor?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

/** What the books of one region hold, and whether each payment's postings are those of its row. Throws PortFault of port `ledger`. */
export interface LedgerReport {
  /** In an order of its own; each page of one instant. What is posted meanwhile may be missed. */
  page(request: PageRequest): Promise<ReportPage<LedgerEntry>>;
  of(key: PaymentKey): Promise<LedgerEntry | undefined>;
}

/**
 * Demanded of any acquirer beside its answers: a report of every charge it ever took for us, voided ones included.
 * Throws PortFault of port `acquirer`.
 */
export interface ChargeReport {
  /** Every charge that was there when the first page was asked for, once at least. */
  page(request: PageRequest): Promise<ReportPage<ChargeEntry>>;
  /** As it stands now, not as a report of last night has it. */
  of(key: PaymentKey): Promise<readonly ChargeEntry[]>;
}

/** Bytes put aside in partitions, outside the process's memory. */
export interface Spool {
  /** The bytes are the caller's again when it resolves. */
  append(partition: number, bytes: Uint8Array): Promise<void>;
  /** All of one partition, in the order in which it was appended; stands until the next read. */
  read(partition: number): Promise<Uint8Array>;
}
