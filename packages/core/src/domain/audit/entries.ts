// What each of the three records says of one payment, in common words, and as a line of text for a spool.
// Invariant: a line is read back equal, to the last minor unit.
import { minorUnits } from '../money/money.ts';
import type { MinorUnits, Money } from '../money/money.ts';
import { acceptedOf, isKnown, keyText } from '../payment/payment.ts';
import type { Outcome, Payment, PaymentKey } from '../payment/payment.ts';
import { refundsOf } from '../refund/refund.ts';
import type { RefundOutcome } from '../refund/refund.ts';
import type { Epoch } from '../region/epoch.ts';
import { epochMs } from '../time.ts';
import type { EpochMs } from '../time.ts';

/** A refund as one record has it: in the currency of its payment. */
export interface RefundEntry {
  readonly refundId: string;
  readonly minor: MinorUnits;
  readonly outcome: 'accepted' | RefundOutcome;
}

export interface JournalEntry extends PaymentKey {
  readonly side: 'journal';
  /**
   * `undecided`: accepted only. `decided`: this epoch's ledger need not hold its row yet. `posted`: it must.
   * `spent`: cancelled before it was seen, so there is never a row.
   */
  readonly standing: 'undecided' | 'decided' | 'posted' | 'spent';
  readonly outcome?: Outcome;
  readonly reference?: string;
  /** Absent for an id that was spent, and for a payment that was purged. */
  readonly amount?: Money;
  /** Somebody will still look for a charge to give back (row S-70): it is in work and was never posted. */
  readonly reversalDue: boolean;
  readonly setAside: boolean;
  /** `posted`: the ledger that holds its payment must hold it too. */
  readonly refunds: readonly (RefundEntry & { readonly posted: boolean })[];
  /** Of its latest change that the journal dates. */
  readonly newestAt: EpochMs;
}

export interface LedgerEntry extends PaymentKey {
  readonly side: 'ledger';
  /** Absent when there are postings and no payment they belong to. */
  readonly row?: { readonly amount: Money; readonly outcome: Outcome; readonly reference?: string };
  readonly refunds: readonly RefundEntry[];
  /** The postings are exactly those that its row and those of its refunds ask for, and sum to zero. */
  readonly balanced: boolean;
  readonly newestAt: EpochMs;
}

/** One charge; a payment should have one at most. */
export interface ChargeEntry extends PaymentKey {
  readonly side: 'acquirer';
  readonly reference: string;
  readonly amount: Money;
  readonly outcome: 'approved' | 'declined' | 'in_progress';
  readonly voided: boolean;
  /** Given back of it, apart from a void. */
  readonly refundedMinor: MinorUnits;
  readonly live: boolean;
  readonly newestAt: EpochMs;
}

export type AuditEntry = JournalEntry | LedgerEntry | ChargeEntry;

/** `epoch` is the one under which the audited ledger is primary. */
export function journalEntry(payment: Payment, epoch: Epoch): JournalEntry {
  const { acceptance, decision } = payment;
  const acceptedAt = isKnown(payment) ? acceptedOf(payment).acceptedAt : 0;
  return {
    side: 'journal',
    merchantId: payment.merchantId,
    transactionId: payment.transactionId,
    standing: standingOf(payment, epoch),
    ...(decision && { outcome: decision.outcome }),
    ...(decision?.acquirerReference !== undefined && { reference: decision.acquirerReference }),
    ...(acceptance && { amount: acceptance.amount }),
    reversalDue: payment.inWork && payment.postedEpoch === 0,
    setAside: payment.quarantine !== undefined,
    refunds: refundsOf(payment).map(({ refundId, amountMinor, decision: made, posted }) => ({ refundId, minor: amountMinor, outcome: made?.outcome ?? 'accepted', posted })),
    newestAt: epochMs(Math.max(acceptedAt, decision?.decidedAt ?? 0, payment.settledAt ?? 0, ...refundsOf(payment).map((refund) => refund.decision?.decidedAt ?? refund.acceptedAt))),
  };
}

/** Posted under an earlier epoch and still in work, its row may have been lost with a ledger and be on its way back. */
function standingOf(payment: Payment, epoch: Epoch): JournalEntry['standing'] {
  if (!payment.decision) return 'undecided';
  if (!isKnown(payment)) return 'spent';
  const mustStand = payment.postedEpoch >= epoch || (!payment.inWork && payment.postedEpoch > 0);
  return mustStand ? 'posted' : 'decided';
}

/** The same for all entries of one payment. FNV-1a: spreads similar ids, needs no platform, guards nothing. */
export function partitionOf(key: PaymentKey, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const character of keyText(key)) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0) % partitions;
}

/** JSON has no whole numbers of the size of an amount, so they are written as texts; by hand, because a replacer would be called for every field. */
type Line<T> = { readonly [K in keyof T]: T[K] extends MinorUnits ? string : T[K] };

const linesOf = <T extends { readonly minor: MinorUnits }>(values: readonly T[]): readonly Line<T>[] => values.map((value) => ({ ...value, minor: value.minor.toString() }) as Line<T>);
const moneyLine = ({ minor, currency }: Money): Line<Money> => ({ minor: minor.toString(), currency });
const minorOf = (text: string): MinorUnits => minorUnits(BigInt(text));

export function lineOf(entry: AuditEntry): string {
  switch (entry.side) {
    case 'journal': return JSON.stringify({ ...entry, refunds: linesOf(entry.refunds), ...(entry.amount && { amount: moneyLine(entry.amount) }) });
    case 'ledger': return JSON.stringify({ ...entry, refunds: linesOf(entry.refunds), ...(entry.row && { row: { ...entry.row, amount: moneyLine(entry.row.amount) } }) });
    case 'acquirer': return JSON.stringify({ ...entry, amount: moneyLine(entry.amount), refundedMinor: entry.refundedMinor.toString() });
  }
}

/** Of a line that lineOf wrote. */
export function entryOf(line: string): AuditEntry {
  const read = JSON.parse(line) as Written;
  switch (read.side) {
    case 'journal': return { ...read, refunds: refundsIn(read), ...(read.amount && { amount: moneyIn(read.amount) }) } as JournalEntry;
    case 'ledger': return { ...read, refunds: refundsIn(read), ...(read.row && { row: { ...read.row, amount: moneyIn(read.row.amount) } }) } as LedgerEntry;
    case 'acquirer': return { ...read, amount: moneyIn(read.amount), refundedMinor: minorOf(read.refundedMinor) };
  }
}

type Written =
  | (Omit<JournalEntry, 'amount' | 'refunds'> & { readonly amount?: Line<Money>; readonly refunds: readonly Line<RefundEntry>[] })
  | (Omit<LedgerEntry, 'row' | 'refunds'> & { readonly row?: Omit<NonNullable<LedgerEntry['row']>, 'amount'> & { readonly amount: Line<Money> }; readonly refunds: readonly Line<RefundEntry>[] })
  | (Omit<ChargeEntry, 'amount' | 'refundedMinor'> & { readonly amount: Line<Money>; readonly refundedMinor: string });

const moneyIn = ({ minor, currency }: Line<Money>): Money => ({ minor: minorOf(minor), currency });
const refundsIn = ({ refunds }: { readonly refunds: readonly Line<RefundEntry>[] }): readonly RefundEntry[] => refunds.map((refund) => ({ ...refund, minor: minorOf(refund.minor) }));
