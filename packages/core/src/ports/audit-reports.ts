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
  /** In the order of the keys; each page of one instant. What is posted meanwhile may be missed. */
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

/** Lines put aside in partitions, outside the process's memory. */
export interface Spool {
  /** Undefined: done at once. An audit adds millions of lines, and to wait for each costs more than to add it. */
  add(partition: number, line: string): Promise<void> | undefined;
  /** All lines of one partition, in any order; called once everything was added. */
  lines(partition: number): AsyncIterable<string>;
}
