import { describe, expect, test } from 'vitest';
import { minorUnits } from '../money/money.ts';
import { customerId, merchantId, transactionId } from '../payment/payment.ts';
import type { Decision, Payment } from '../payment/payment.ts';
import type { Refund, RefundId } from '../refund/refund.ts';
import { epochOf } from '../region/epoch.ts';
import { businessDateOf, epochMs } from '../time.ts';
import { caseOf, compare, lostCharges } from './compare.ts';
import { entryOf, journalEntry, lineOf } from './entries.ts';
import type { AuditEntry, ChargeEntry, LedgerEntry, RefundEntry } from './entries.ts';
import { Totals } from './totals.ts';

const key = { merchantId: merchantId('shop'), transactionId: transactionId('order-7') };
const old = epochMs(1_000_000);
const now = epochMs(9_000_000);
const amount = { minor: minorUnits(1250n), currency: 'EUR' };

const decisionOf = (outcome: Decision['outcome'], reference = 'ch_1'): Decision =>
  ({ outcome, decidedAt: old, businessDate: businessDateOf(old), ...(outcome === 'processed' && { acquirerReference: reference }) });

const payment = (change: Partial<Payment> = {}): Payment => ({
  ...key, postedEpoch: epochOf(3), inWork: false, attempts: 0, decision: decisionOf('processed'), settledAt: old,
  acceptance: { customerId: customerId('c'), amount, fingerprint: 'f', acceptedAt: old, acceptedRegion: 'us-east-1', settleBefore: old, live: true },
  ...change,
});
const { decision: _decision, ...undecided } = payment({ postedEpoch: epochOf(0), inWork: true });
const { acceptance: _acceptance, ...spent } = payment({ postedEpoch: epochOf(0), decision: decisionOf('cancelled') });

const journal = (change?: Partial<Payment>) => journalEntry(payment(change), epochOf(3));
const ledger = (change: Partial<LedgerEntry> = {}): LedgerEntry =>
  ({ ...key, side: 'ledger', row: { amount, outcome: 'processed', reference: 'ch_1' }, refunds: [], balanced: true, newestAt: old, ...change });
const charge = (change: Partial<ChargeEntry> = {}): ChargeEntry =>
  ({ ...key, side: 'acquirer', reference: 'ch_1', amount, outcome: 'approved', voided: false, refundedMinor: minorUnits(0n), live: true, newestAt: old, ...change });
const declinedRow = ledger({ row: { amount, outcome: 'failed' } });

const verdictOf = (...entries: readonly AuditEntry[]) => compare(caseOf(key, entries), now);
const codesOf = (...entries: readonly AuditEntry[]) => verdictOf(...entries).findings.map((finding) => finding.code);

describe('audit', () => {
  test.each<[string, readonly AuditEntry[]]>([
    ['processed in all three', [journal(), ledger(), charge()]],
    ['declined: a row without postings, a charge that was declined', [journal({ decision: decisionOf('failed') }), declinedRow, charge({ outcome: 'declined' })]],
    ['failed without ever being charged', [journal({ decision: decisionOf('failed') }), declinedRow]],
    ['cancelled, its charge voided', [journal({ decision: decisionOf('cancelled') }), ledger({ row: { amount, outcome: 'cancelled' } }), charge({ voided: true })]],
    ['a second charge that was voided', [journal(), ledger(), charge(), charge({ reference: 'ch_2', voided: true })]],
    ['an id that was spent', [journalEntry(spent, epochOf(3))]],
  ])('%s -> no finding, and not in flight', (_what, entries) => {
    expect(verdictOf(...entries)).toEqual({ inFlight: false, findings: [] });
  });

  test.each<[string, readonly AuditEntry[]]>([
    ['accepted and not decided', [journalEntry(undecided, epochOf(3))]],
    ['charged and not decided yet', [journalEntry(undecided, epochOf(3)), charge()]],
    ['decided and not posted yet', [journal({ postedEpoch: epochOf(0), inWork: true }), charge()]],
    ['posted under an earlier epoch and still in work: it may be on its way back', [journal({ postedEpoch: epochOf(2), inWork: true }), charge()]],
    ['cancelled moments ago with a charge that will be looked for', [journal({ postedEpoch: epochOf(0), inWork: true, decision: decisionOf('cancelled') }), charge()]],
  ])('%s -> in flight, no finding', (_what, entries) => {
    expect(verdictOf(...entries)).toEqual({ inFlight: true, findings: [] });
  });

  const given = (change: Partial<Refund> = {}): Refund =>
    ({ refundId: 'r-1' as RefundId, amountMinor: minorUnits(250n), acceptedAt: old, acceptedRegion: 'us-east-1', posted: true, decision: { outcome: 'processed', decidedAt: old, businessDate: businessDateOf(old) }, ...change });
  const { decision: _undecided, ...waiting } = given({ posted: false });
  const row: RefundEntry = { refundId: 'r-1', minor: minorUnits(250n), outcome: 'processed' };
  const refunded = (minor: bigint) => charge({ refundedMinor: minorUnits(minor) });

  test.each<[string, boolean, readonly AuditEntry[]]>([
    ['given back in all three', false, [journal({ refunds: [given()] }), ledger({ refunds: [row] }), refunded(250n)]],
    ['failed: a row, and nothing given back', false, [journal({ refunds: [given({ decision: { outcome: 'failed', decidedAt: old, businessDate: businessDateOf(old) } })] }), ledger({ refunds: [{ ...row, outcome: 'failed' }] }), charge()]],
    ['accepted, not given back yet', true, [journal({ refunds: [waiting] }), ledger(), charge()]],
    ['accepted, given back and not decided yet', true, [journal({ refunds: [waiting] }), ledger(), refunded(250n)]],
    ['decided, not posted yet', true, [journal({ refunds: [given({ posted: false })] }), ledger(), refunded(250n)]],
  ])('a refund %s -> no finding (in flight: %s)', (_what, inFlight, entries) => {
    expect(verdictOf(...entries)).toEqual({ inFlight, findings: [] });
  });

  test.each<[string, string, readonly AuditEntry[]]>([
    ['missing_in_ledger', 'marked as posted, no row', [journal({ refunds: [given()] }), ledger(), refunded(250n)]],
    ['missing_in_journal', 'a row nobody asked for', [journal(), ledger({ refunds: [{ ...row, outcome: 'failed' }] }), charge()]],
    ['posted_undecided', 'a row before its decision', [journal({ refunds: [waiting] }), ledger({ refunds: [row] }), refunded(250n)]],
    ['amount_differs', 'another amount in the ledger', [journal({ refunds: [given()] }), ledger({ refunds: [{ ...row, minor: minorUnits(1n) }] }), refunded(250n)]],
    ['outcome_differs', 'failed in the ledger', [journal({ refunds: [given()] }), ledger({ refunds: [{ ...row, outcome: 'failed' }] }), refunded(250n)]],
    ['refunds_differ', 'decided and not given back', [journal({ refunds: [given()] }), ledger({ refunds: [row] }), charge()]],
    ['refunds_differ', 'given back twice', [journal({ refunds: [given()] }), ledger({ refunds: [row] }), refunded(500n)]],
    ['refunds_differ', 'given back and never asked for', [journal(), ledger(), refunded(1n)]],
  ])('a refund, %s: %s -> found, and nothing else is', (code, _what, entries) => {
    expect(codesOf(...entries)).toEqual([code]);
  });

  test.each<[string, string, readonly AuditEntry[]]>([
    ['missing_in_journal', 'a row of no payment', [ledger()]],
    ['missing_in_journal', 'a declined charge of no payment', [charge({ outcome: 'declined' })]],
    ['orphan_charge', 'an approved charge of no payment', [charge()]],
    ['orphan_charge', 'a charge of an id that was spent', [journalEntry(spent, epochOf(3)), charge()]],
    ['orphan_charge', 'a charge of a payment that failed and was posted', [journal({ decision: decisionOf('failed') }), declinedRow, charge()]],
    ['missing_in_ledger', 'posted in this epoch, no row', [journal(), charge()]],
    ['missing_in_ledger', 'confirmed under an earlier epoch, no row', [journal({ postedEpoch: epochOf(1) }), charge()]],
    ['missing_at_acquirer', 'processed and never charged', [journal(), ledger()]],
    ['missing_at_acquirer', 'processed and its charge voided', [journal(), ledger(), charge({ voided: true })]],
    ['duplicate_charge', 'two charges stand', [journal(), ledger(), charge(), charge({ reference: 'ch_2' })]],
    ['posted_undecided', 'a row before a decision', [journalEntry(undecided, epochOf(3)), ledger(), charge()]],
    ['posted_undecided', 'a row of an id that was spent', [journalEntry(spent, epochOf(3)), declinedRow]],
    ['unbalanced', 'a posting too few', [journal(), ledger({ balanced: false }), charge()]],
    ['amount_differs', 'another amount in the ledger', [journal(), ledger({ row: { amount: { ...amount, minor: minorUnits(1n) }, outcome: 'processed', reference: 'ch_1' } }), charge()]],
    ['amount_differs', 'another currency at the acquirer', [journal(), ledger(), charge({ amount: { ...amount, currency: 'USD' } })]],
    ['outcome_differs', 'failed in the ledger', [journal(), ledger({ row: { amount, outcome: 'failed', reference: 'ch_1' } }), charge()]],
    ['reference_differs', 'another charge in the ledger', [journal(), ledger({ row: { amount, outcome: 'processed', reference: 'ch_9' } }), charge()]],
    ['reference_differs', 'another charge at the acquirer', [journal(), ledger(), charge({ reference: 'ch_9' })]],
  ])('%s: %s -> found, and nothing else is', (code, _what, entries) => {
    expect(codesOf(...entries)).toEqual([code]);
  });

  test('postings without a payment -> unbalanced', () => {
    const { row: _row, ...stray } = ledger({ balanced: false });
    expect(codesOf(stray)).toEqual(['unbalanced']);
  });

  test('any difference that is younger than the quiet time -> in flight', () => {
    expect(compare(caseOf(key, [ledger({ newestAt: now })]), epochMs(now - 1))).toEqual({ inFlight: true, findings: [] });
    expect(compare(caseOf(key, [ledger({ newestAt: now })]), now).findings).toHaveLength(1);
  });

  test('lost charges: of a payment decided against all, of a processed one the second, of an undecided one none', () => {
    const referencesOf = (...entries: readonly AuditEntry[]) => lostCharges(caseOf(key, entries)).map((lost) => lost.reference);
    expect(referencesOf(journal({ decision: decisionOf('failed') }), charge(), charge({ reference: 'ch_2' }))).toEqual(['ch_1', 'ch_2']);
    expect(referencesOf(journal(), charge(), charge({ reference: 'ch_2' }))).toEqual(['ch_2']);
    expect(referencesOf(journal(), charge({ reference: 'ch_2' }))).toEqual([]);
    expect(referencesOf(journalEntry(undecided, epochOf(3)), charge(), charge({ reference: 'ch_2' }))).toEqual([]);
    expect(referencesOf(charge())).toEqual([]);
  });

  test('totals: per merchant and currency, what is in flight apart', () => {
    const totals = new Totals();
    for (const entries of [[journal(), ledger(), charge()], [journalEntry(undecided, epochOf(3)), charge()], [journal({ decision: decisionOf('failed') }), declinedRow]]) {
      totals.add(caseOf(key, entries), verdictOf(...entries));
    }
    const sum = { count: 1, minor: 1250n };
    expect(totals.rows()).toEqual([{ merchantId: 'shop', currency: 'EUR', payments: 3, inFlight: 1, setAside: 0, journal: sum, ledger: sum, acquirer: sum, refunded: { journal: 0n, ledger: 0n, acquirer: 0n } }]);
  });

  test('entries: written as a line and read back -> equal, amounts beyond a double too', () => {
    const huge = { minor: minorUnits(9_007_199_254_740_993n), currency: 'EUR' };
    for (const entry of [journal({ refunds: [given()] }), ledger({ refunds: [row] }), ledger({ row: { amount: huge, outcome: 'processed' } }), charge({ amount: huge })]) expect(entryOf(lineOf(entry))).toEqual(entry);
  });
});
