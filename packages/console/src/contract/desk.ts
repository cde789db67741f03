/**
 * What the paths under `/desk` answer: money as an operator sees it, of a twin and of a deployment alike. Amounts are
 * decimal texts and times epoch milliseconds.
 */
import type { FindingCode, PaymentStatus, RefundStatus, Region } from '@understudy/core';

export type Mode = 'live' | 'test';

export interface PaymentRow {
  readonly merchant: string;
  readonly id: string;
  readonly customer: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: PaymentStatus;
  readonly code?: string;
  readonly mode: Mode;
  /** Given back so far, absent when nothing was. */
  readonly refunded?: string;
  /** When it was posted; of one that is not, when it was accepted. */
  readonly at: number;
}

export interface PaymentPage {
  readonly rows: readonly PaymentRow[];
  /** Goes on after these. */
  readonly next?: string;
  /** From what it was read, and what that may leave out. */
  readonly about: string;
}

/** What one record says, or that it does not answer. */
export type Said<T> = { readonly says: T } | { readonly away: string };

export interface Happening {
  readonly at: number;
  readonly where: string;
  readonly what: string;
}

export interface LedgerSays {
  readonly row?: { readonly outcome: string; readonly amount: string; readonly currency: string; readonly epoch: number; readonly reference?: string; readonly postedAt: number };
  readonly postings: readonly { readonly account: string; readonly debit: string; readonly credit: string; readonly of: string }[];
  readonly notices: readonly NoticeSays[];
  readonly published: readonly { readonly of: string; readonly receipt: string; readonly file: string }[];
}

export interface NoticeSays {
  readonly event: string;
  readonly at: number;
  readonly target?: string;
  /** `nobody`: nobody is to be told of it, or all were, weeks ago. */
  readonly state: 'not addressed' | 'nobody' | 'due' | 'told' | 'dead';
  readonly failures: number;
  readonly answer?: string;
}

export interface RefundRow {
  readonly id: string;
  readonly amount: string;
  readonly status: RefundStatus;
  readonly acceptedAt: number;
  readonly region: Region;
  readonly reference?: string;
  readonly code?: string;
}

export interface ChargeRow {
  readonly reference: string;
  readonly amount: string;
  readonly currency: string;
  readonly outcome: 'approved' | 'declined' | 'in_progress';
  readonly voided: boolean;
  readonly refunded: string;
}

export interface PaymentStory extends PaymentRow {
  readonly acceptedRegion?: Region;
  readonly settledRegion?: Region;
  readonly method?: string;
  readonly session?: string;
  readonly settleBefore?: number;
  readonly postedEpoch: number;
  readonly inWork: boolean;
  readonly attempts: number;
  readonly reference?: string;
  readonly setAside?: string;
  readonly history: readonly Happening[];
  readonly ledgers: Readonly<Record<Region, Said<LedgerSays>>>;
  readonly charges: Said<readonly ChargeRow[]>;
  readonly refunds: readonly RefundRow[];
  /** What can still be given back of it. */
  readonly left: string;
  readonly whyNotCancel?: string;
  readonly whyNotRefund?: string;
}

export interface DeadLetterRow {
  readonly name: string;
  readonly queue: string;
  readonly region: Region;
  readonly sentAt: number;
  readonly payment?: { readonly merchant: string; readonly id: string };
}

export interface SetAsideRow {
  readonly name: string;
  readonly merchant: string;
  readonly id: string;
  readonly amount: string;
  readonly currency: string;
  readonly since: number;
  readonly epoch: number;
  readonly reason: string;
  readonly attempts: number;
  readonly whyNotDiscard?: string;
}

export interface DeadLetterList {
  readonly letters: readonly DeadLetterRow[];
  readonly setAside: readonly SetAsideRow[];
  /** False: the walk was ended at its limit, and there are more. */
  readonly complete: boolean;
  /** Queues that do not answer. */
  readonly away: readonly string[];
}

export interface DoneList {
  readonly done: readonly { readonly name: string; readonly result: string }[];
}

export interface OperationRow {
  readonly at: number;
  readonly by: string;
  readonly what: string;
  readonly subject: string;
  readonly reason?: string;
}

export interface AuditFinding {
  readonly merchant: string;
  readonly id: string;
  readonly code: FindingCode;
  readonly detail: string;
}

export interface AuditTotal {
  readonly merchant: string;
  readonly currency: string;
  readonly payments: number;
  readonly inFlight: number;
  readonly setAside: number;
  readonly journal: string;
  readonly ledger: string;
  readonly acquirer: string;
}

export interface AuditSays {
  readonly epoch: number;
  readonly activeRegion: Region;
  readonly read: { readonly journal: number; readonly ledger: number; readonly acquirer: number };
  readonly compared: number;
  readonly inFlight: number;
  readonly totals: readonly AuditTotal[];
  readonly findings: readonly AuditFinding[];
  readonly findingsLeftOut: number;
  /** Charges that can be given back: of how many payments. */
  readonly orphans: number;
}

export type AuditState =
  | { readonly state: 'never' }
  | { readonly state: 'running'; readonly startedAt: number; readonly doing: string; readonly count: number }
  | { readonly state: 'failed'; readonly startedAt: number; readonly because: string }
  | { readonly state: 'done'; readonly startedAt: number; readonly tookMs: number; readonly report: AuditSays };

export interface SessionSays {
  readonly id: string;
  readonly status: string;
  readonly customer?: string;
  readonly amount: string;
  readonly currency: string;
  readonly expiresAt: string;
}

export interface DeskAbout {
  /** A twin can be broken, loaded and drilled from here; a deployment is looked at and mended. */
  readonly of: 'twin' | 'deployment';
  /** Who is on record for what is done from here. */
  readonly by: string;
  readonly merchants: readonly string[];
  /** Why payments and sessions cannot be made from here. */
  readonly whyNoApi?: string;
}
