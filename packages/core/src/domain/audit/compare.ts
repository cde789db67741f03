// Compares what journal, ledger and acquirer say of one payment. Pure: facts in, findings out.
// Invariant: what may still change by itself is in flight and never a finding, because the three are read one after
// the other while payments go on; what nobody will come back to is always one.
import { formatAmount } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import { keyText } from '../payment/payment.ts';
import type { PaymentKey } from '../payment/payment.ts';
import type { EpochMs } from '../time.ts';
import type { AuditEntry, ChargeEntry, JournalEntry, LedgerEntry, RefundEntry } from './entries.ts';

export const findingCodes = [
  'missing_in_journal', 'missing_in_ledger', 'missing_at_acquirer',
  /** More than one charge stands. */
  'duplicate_charge',
  /** A charge stands whose payment was decided otherwise, or is not known at all. */
  'orphan_charge',
  'amount_differs', 'outcome_differs', 'reference_differs',
  /** Another sum was given back than was decided. */
  'refunds_differ',
  /** The books hold a row that was never decided. */
  'posted_undecided',
  'unbalanced',
  /** The journal's item is damaged or of a later version. */
  'unreadable',
] as const;
export type FindingCode = (typeof findingCodes)[number];

export interface Finding extends PaymentKey {
  readonly code: FindingCode;
  /** For a person: what was found where; holds no customer data. */
  readonly detail: string;
}

/** All that was found of one payment. */
export interface AuditCase extends PaymentKey {
  readonly journal?: JournalEntry;
  readonly ledger?: LedgerEntry;
  readonly charges: readonly ChargeEntry[];
}

export interface Verdict {
  /** Something of it is still on its way, so only what can never be right was looked for. */
  readonly inFlight: boolean;
  readonly findings: readonly Finding[];
}

type Gathered = { -readonly [K in keyof AuditCase]: AuditCase[K] } & { readonly charges: ChargeEntry[] };

/** A record that names a payment twice counts with its later entry, but for charges. */
function add(found: Gathered, entry: AuditEntry): void {
  switch (entry.side) {
    case 'journal': found.journal = entry; break;
    case 'ledger': found.ledger = entry; break;
    case 'acquirer': found.charges.push(entry); break;
  }
}

const emptyCase = ({ merchantId, transactionId }: PaymentKey): Gathered => ({ merchantId, transactionId, charges: [] });

/** All `entries` are of one payment. */
export function caseOf(key: PaymentKey, entries: readonly AuditEntry[]): AuditCase {
  const found = emptyCase(key);
  for (const entry of entries) add(found, entry);
  return found;
}

/** Gathers entries of many payments, in any order, into the case of each. */
export class Cases {
  readonly #found = new Map<string, Gathered>();

  add(entry: AuditEntry): void {
    const text = keyText(entry);
    let found = this.#found.get(text);
    if (!found) this.#found.set(text, (found = emptyCase(entry)));
    add(found, entry);
  }

  all(): Iterable<AuditCase> {
    return this.#found.values();
  }
}

export const newestAtOf = ({ journal, ledger, charges }: AuditCase): number =>
  Math.max(journal?.newestAt ?? 0, ledger?.newestAt ?? 0, ...charges.map((charge) => charge.newestAt));

export const standingCharges = (charges: readonly ChargeEntry[]): readonly ChargeEntry[] =>
  charges.filter((charge) => charge.outcome === 'approved' && !charge.voided);

/**
 * The charges that lost their decision: to be given back. Of a processed payment only a second one, beside the charge
 * that its decision names; of an id that is not decided none, for it may yet be decided as that charge says.
 */
export function lostCharges({ journal, charges }: AuditCase): readonly ChargeEntry[] {
  const standing = standingCharges(charges);
  if (journal?.outcome === undefined) return [];
  if (journal.outcome !== 'processed') return standing;
  const others = standing.filter((charge) => charge.reference !== journal.reference);
  return others.length < standing.length ? others : [];
}

/** `quietBefore`: what changed later may have been read by one record and missed by another. */
export function compare(found: AuditCase, quietBefore: EpochMs): Verdict {
  if (newestAtOf(found) > quietBefore) return { inFlight: true, findings: [] };
  const findings = [...againstLedger(found), ...againstCharges(found), ...refundsAgainstLedger(found), ...refundsAgainstCharges(found)].map(({ code, detail }) => ({ code, detail, merchantId: found.merchantId, transactionId: found.transactionId }));
  return { inFlight: isOnItsWay(found), findings };
}

const isOnItsWay = ({ journal }: AuditCase): boolean =>
  journal?.standing === 'undecided' || journal?.standing === 'decided' || journal?.refunds.some((refund) => !refund.posted) === true;

type Said = Pick<Finding, 'code' | 'detail'>;

const text = (amount: Money): string => `${formatAmount(amount)} ${amount.currency}`;
const sameMoney = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;

function againstLedger({ journal, ledger }: AuditCase): readonly Said[] {
  if (!ledger) return journal?.standing === 'posted' ? [{ code: 'missing_in_ledger', detail: `decided ${journal.outcome} and marked as posted, and there is no row` }] : [];
  const said: Said[] = ledger.balanced ? [] : [{ code: 'unbalanced', detail: 'its postings are not those of its row' }];
  const { row } = ledger;
  if (!row) return said;
  if (!journal) return [...said, { code: 'missing_in_journal', detail: `the ledger has it as ${row.outcome}` }];
  if (journal.standing === 'undecided' || journal.standing === 'spent') return [...said, { code: 'posted_undecided', detail: `the ledger has it as ${row.outcome}, the journal as ${journal.standing}` }];
  return [...said, ...differences(journal, { ...row, where: 'in the ledger' })];
}

function againstCharges({ journal, ledger, charges }: AuditCase): readonly Said[] {
  const standing = standingCharges(charges);
  const [charge] = standing;
  const said: Said[] = standing.length > 1 ? [{ code: 'duplicate_charge', detail: `${standing.length} charges stand: ${standing.map((each) => each.reference).join(', ')}` }] : [];
  if (!charge) return [...said, ...withoutCharge({ journal, charges })];
  if (!journal) return [...said, { code: 'orphan_charge', detail: `charge ${charge.reference} over ${text(charge.amount)} is of a payment the journal does not know` }];
  if (journal.outcome === undefined || journal.outcome === 'processed') {
    const amount = journal.amount ?? ledger?.row?.amount;
    return [...said, ...(amount ? differences({ ...journal, amount }, { ...charge, where: 'at the acquirer' }) : [])];
  }
  return journal.reversalDue ? said : [...said, { code: 'orphan_charge', detail: `charge ${charge.reference} over ${text(charge.amount)} stands, the payment is ${journal.outcome}` }];
}

function withoutCharge({ journal, charges }: { readonly journal: JournalEntry | undefined; readonly charges: readonly ChargeEntry[] }): readonly Said[] {
  if (journal?.outcome === 'processed') return [{ code: 'missing_at_acquirer', detail: charges.length === 0 ? 'processed, and the acquirer knows no charge' : 'processed, and no charge stands' }];
  return !journal && charges.length > 0 ? [{ code: 'missing_in_journal', detail: `the acquirer knows a charge that was ${charges[0]?.outcome}` }] : [];
}

interface OtherSide {
  readonly where: string;
  readonly amount: Money;
  readonly outcome?: string;
  readonly reference?: string;
}

/** Where another record says something else than the journal does. A purged payment has no amount to compare. */
function differences(journal: JournalEntry, other: OtherSide): readonly Said[] {
  const said: Said[] = [];
  if (journal.amount && !sameMoney(journal.amount, other.amount)) said.push({ code: 'amount_differs', detail: `${text(journal.amount)} in the journal, ${text(other.amount)} ${other.where}` });
  // The acquirer's own words for an outcome are its own: that a charge stands or does not is compared elsewhere.
  if (other.where === 'in the ledger' && journal.outcome !== other.outcome) said.push({ code: 'outcome_differs', detail: `${journal.outcome} in the journal, ${other.outcome} ${other.where}` });
  if (journal.outcome !== undefined && journal.reference !== other.reference) said.push({ code: 'reference_differs', detail: `charge ${journal.reference ?? 'none'} in the journal, ${other.reference ?? 'none'} ${other.where}` });
  return said;
}

/** A row without its payment's was said already. */
function refundsAgainstLedger({ journal, ledger }: AuditCase): readonly Said[] {
  if (!journal || !ledger?.row || journal.refunds.length + ledger.refunds.length === 0) return [];
  const decided = new Map(journal.refunds.map((refund) => [refund.refundId, refund]));
  const rows = new Map(ledger.refunds.map((row) => [row.refundId, row]));
  const missing = journal.refunds.filter((refund) => refund.posted && journal.standing === 'posted' && !rows.has(refund.refundId));
  return [
    ...missing.map(({ refundId, outcome }): Said => ({ code: 'missing_in_ledger', detail: `refund ${refundId} is ${outcome} and marked as posted, and there is no row` })),
    ...ledger.refunds.flatMap((row): readonly Said[] => {
      const refund = decided.get(row.refundId);
      if (!refund) return [{ code: 'missing_in_journal', detail: `the ledger has refund ${row.refundId} as ${row.outcome}` }];
      if (refund.outcome === 'accepted') return [{ code: 'posted_undecided', detail: `the ledger has refund ${row.refundId} as ${row.outcome}, the journal as accepted` }];
      if (refund.minor !== row.minor) return [{ code: 'amount_differs', detail: `refund ${row.refundId} has another amount in the ledger than in the journal` }];
      return refund.outcome === row.outcome ? [] : [{ code: 'outcome_differs', detail: `refund ${row.refundId} is ${refund.outcome} in the journal, ${row.outcome} in the ledger` }];
    }),
  ];
}

/** What is accepted and not decided may have been given back already. */
function refundsAgainstCharges({ journal, charges }: AuditCase): readonly Said[] {
  if (!journal) return [];
  const given = charges.reduce((sum, charge) => sum + charge.refundedMinor, 0n);
  const least = refundedSum(journal.refunds, 'processed');
  const most = least + refundedSum(journal.refunds, 'accepted');
  return given >= least && given <= most ? [] : [{ code: 'refunds_differ', detail: `${given} minor units were given back, ${least} were decided` }];
}

export const refundedSum = (refunds: readonly RefundEntry[], outcome: RefundEntry['outcome']): bigint =>
  refunds.reduce((sum, refund) => (refund.outcome === outcome ? sum + refund.minor : sum), 0n);
