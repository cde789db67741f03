// What each of the three records says of one payment, in common words, and as a line of text to be put aside.
// Invariant: a line is read back equal, to the last minor unit.
import { minorUnits } from '../money/money.ts';
import type { MinorUnits, Money } from '../money/money.ts';
import { acceptedOf, isKnown } from '../payment/payment.ts';
import type { MerchantId, Outcome, Payment, PaymentKey, TransactionId } from '../payment/payment.ts';
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

/**
 * A line is a JSON array: values in a fixed order take half the time and half the room of an object that names them.
 * Null: absent. An amount is a text, because JSON has no whole numbers of its size.
 */
type Absent = null;
type MoneyLine = readonly [minor: string, currency: string];
type RefundLine = readonly [refundId: string, minor: string, outcome: RefundEntry['outcome'], posted: boolean];
type JournalLine = readonly ['journal', MerchantId, TransactionId, EpochMs, JournalEntry['standing'], Outcome | Absent, reference: string | Absent, MoneyLine | Absent, reversalDue: boolean, setAside: boolean, refunds: readonly RefundLine[]];
type LedgerLine = readonly ['ledger', MerchantId, TransactionId, EpochMs, Outcome | Absent, reference: string | Absent, MoneyLine | Absent, balanced: boolean, refunds: readonly RefundLine[]];
type ChargeLine = readonly ['acquirer', MerchantId, TransactionId, EpochMs, reference: string, MoneyLine, ChargeEntry['outcome'], voided: boolean, refundedMinor: string, live: boolean];
type Line = JournalLine | LedgerLine | ChargeLine;

const moneyLine = ({ minor, currency }: Money): MoneyLine => [minor.toString(), currency];
const moneyIn = ([minor, currency]: MoneyLine): Money => ({ minor: minorOf(minor), currency });
const minorOf = (text: string): MinorUnits => minorUnits(BigInt(text));

const refundLine = ({ refundId, minor, outcome }: RefundEntry, posted: boolean): RefundLine => [refundId, minor.toString(), outcome, posted];
const refundIn = ([refundId, minor, outcome]: RefundLine): RefundEntry => ({ refundId, minor: minorOf(minor), outcome });

export const lineOf = (entry: AuditEntry): string => JSON.stringify(valuesOf(entry));

function valuesOf(entry: AuditEntry): Line {
  const { merchantId, transactionId, newestAt } = entry;
  switch (entry.side) {
    case 'journal':
      return [entry.side, merchantId, transactionId, newestAt, entry.standing, entry.outcome ?? null, entry.reference ?? null, entry.amount ? moneyLine(entry.amount) : null, entry.reversalDue, entry.setAside, entry.refunds.map((refund) => refundLine(refund, refund.posted))];
    case 'ledger':
      return [entry.side, merchantId, transactionId, newestAt, entry.row?.outcome ?? null, entry.row?.reference ?? null, entry.row ? moneyLine(entry.row.amount) : null, entry.balanced, entry.refunds.map((refund) => refundLine(refund, true))];
    case 'acquirer':
      return [entry.side, merchantId, transactionId, newestAt, entry.reference, moneyLine(entry.amount), entry.outcome, entry.voided, entry.refundedMinor.toString(), entry.live];
  }
}

/** Of a line that lineOf wrote. */
export function entryOf(line: string): AuditEntry {
  const values = JSON.parse(line) as Line;
  switch (values[0]) {
    case 'journal': return journalIn(values);
    case 'ledger': return ledgerIn(values);
    case 'acquirer': return chargeIn(values);
  }
}

function journalIn([side, merchantId, transactionId, newestAt, standing, outcome, reference, amount, reversalDue, setAside, refunds]: JournalLine): JournalEntry {
  return {
    side, merchantId, transactionId, newestAt, standing, reversalDue, setAside,
    ...(outcome !== null && { outcome }),
    ...(reference !== null && { reference }),
    ...(amount !== null && { amount: moneyIn(amount) }),
    refunds: refunds.map((refund) => ({ ...refundIn(refund), posted: refund[3] })),
  };
}

function ledgerIn([side, merchantId, transactionId, newestAt, outcome, reference, amount, balanced, refunds]: LedgerLine): LedgerEntry {
  return {
    side, merchantId, transactionId, newestAt, balanced,
    ...(outcome !== null && amount !== null && { row: { amount: moneyIn(amount), outcome, ...(reference !== null && { reference }) } }),
    refunds: refunds.map(refundIn),
  };
}

function chargeIn([side, merchantId, transactionId, newestAt, reference, amount, outcome, voided, refundedMinor, live]: ChargeLine): ChargeEntry {
  return { side, merchantId, transactionId, newestAt, reference, amount: moneyIn(amount), outcome, voided, refundedMinor: minorOf(refundedMinor), live };
}
