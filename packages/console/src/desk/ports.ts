/** What the desk works with: the ports of core, as an operator outside both regions reaches them. */
import type {
  Acquirer, AuditProgress, AuditReport, ChargeReport, Clock, CustomerIndex, DeadLetters, Digest, EpochRegister, Finding, Journal, LedgerBrowser, LedgerReport, OperationLog, PaymentPolicy, Queue, RefundJournal, Region, Upkeep, WorkIndex,
} from '@understudy/core';
import type { AuditTotal } from '../contract/desk.ts';

/** The API as a merchant has it, for what only the API can do. Answers with the status and the body. */
export type ApiDoor = (method: 'GET' | 'POST', path: string, body?: object) => Promise<{ readonly status: number; readonly body: object }>;

export interface DeskPorts {
  readonly of: 'twin' | 'deployment';
  /** Who is on record. */
  readonly by: string;
  readonly journal: Journal;
  readonly refunds: RefundJournal;
  readonly workIndex: WorkIndex;
  readonly customers: CustomerIndex;
  readonly epochs: EpochRegister;
  readonly operations: OperationLog;
  readonly upkeep: Upkeep;
  readonly queue: Queue;
  readonly deadLetters: readonly DeadLetters[];
  readonly browsers: Readonly<Record<Region, LedgerBrowser>>;
  ledgerReport(region: Region): LedgerReport;
  readonly chargeReport: ChargeReport;
  readonly acquirer: Pick<Acquirer, 'void'>;
  readonly policy: PaymentPolicy;
  readonly clock: Clock;
  readonly digest: Digest;
  /** Compares the three records, wherever that disturbs least. Undefined: the active region is changing. */
  audit(quietMs: number, progress: (step: AuditProgress) => void): Promise<AuditOutcome | undefined>;
  readonly api?: ApiDoor;
}

/** What of an audit's report the desk needs: amounts as texts where it crossed a process. */
export type AuditOutcome = Omit<AuditReport, 'totals' | 'findings'> & { readonly totals: readonly AuditTotal[]; readonly findings: readonly Finding[] };
