// What each of the three records says of one payment, in common words, and as a line of text for a spool.
// Invariant: a line is read back equal, to the last minor unit.
import { minorUnits } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import { acceptedOf, isKnown, keyText, merchantId, transactionId } from '../payment/payment.ts';
import type { Outcome, Payment, PaymentKey } from '../payment/payment.ts';
import type { Epoch } from '../region/epoch.ts';
import { epochMs } from '../time.ts';
import type { EpochMs } from '../time.ts';

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
  /** Of its latest change that the journal dates. */
  readonly newestAt: EpochMs;
}

export interface LedgerEntry extends PaymentKey {
  readonly side: 'ledger';
  /** Absent when there are postings and no payment they belong to. */
  readonly row?: { readonly amount: Money; readonly outcome: Outcome; readonly reference?: string };
  /** Its postings are exactly those that its row asks for, and sum to zero. */
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
    newestAt: epochMs(Math.max(acceptedAt, decision?.decidedAt ?? 0, payment.settledAt ?? 0)),
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

/** Only whole amounts are bigints, and only they are objects with `minor`: as text they stay exact. */
export const lineOf = (entry: AuditEntry): string =>
  JSON.stringify(entry, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

export const entryOf = (line: string): AuditEntry =>
  JSON.parse(line, (name, value: unknown) => {
    switch (name) {
      case 'minor': return minorUnits(BigInt(value as string));
      case 'merchantId': return merchantId(value as string);
      case 'transactionId': return transactionId(value as string);
      default: return value;
    }
  }) as AuditEntry;
