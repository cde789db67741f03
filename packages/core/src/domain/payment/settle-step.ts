// What to do next with one payment, as a table: the first row whose condition holds decides.
// Row ids are stable: they stand in logs and reports.
import { assert } from '../../support/assert.ts';
import { hasWaitingRefund } from '../refund/refund.ts';
import type { Epoch } from '../region/epoch.ts';
import type { EpochMs } from '../time.ts';
import type { AcceptedPayment, DecidedPayment, Payment } from './payment.ts';
import { KEY_LIFE_MARGIN_MS } from './policy.ts';
import type { PaymentPolicy } from './policy.ts';

export interface SettleFacts {
  readonly payment: Payment | undefined;
  readonly epoch: Epoch;
  readonly now: EpochMs;
  readonly policy: PaymentPolicy;
}

export type SettleAction =
  /** Nothing to do for this hint. */
  | 'drop'
  /** Decided: at most its ledger row is missing, or a refund waits (rows R). The acquirer is not asked about the charge. */
  | 'post'
  /** Decided against a charge so recently that one may still be on its way: come back. */
  | 'wait'
  /** Decided against a charge, by somebody who may not know that one was made: look, void it, then post. */
  | 'reverse_then_post'
  /** Too late to charge: an existing charge stands, otherwise the payment has expired. */
  | 'look_up_or_expire'
  /** The key may soon be forgotten: charge only on a definite "none". */
  | 'look_up_or_charge'
  | 'charge';

interface Row {
  readonly id: string;
  readonly because: string;
  readonly when: (facts: SettleFacts) => boolean;
  readonly action: SettleAction;
}

const ageMs = (facts: SettleFacts): number => facts.now - (facts.payment?.acceptance?.acceptedAt ?? facts.now);

export const settleTable: readonly Row[] = [
  { id: 'S-10', because: 'no such payment', when: (f) => f.payment === undefined, action: 'drop' },
  { id: 'S-20', because: 'the id was spent by a cancellation and never accepted', when: (f) => f.payment?.acceptance === undefined, action: 'drop' },
  { id: 'S-30', because: 'its row and those of its refunds stand in this epoch\'s ledger', when: (f) => f.payment !== undefined && isInBooks(f.payment, f.epoch), action: 'drop' },
  { id: 'S-40', because: 'set aside in this epoch', when: (f) => f.payment !== undefined && isSetAside(f.payment, f.epoch), action: 'drop' },
  { id: 'S-50', because: 'posted before: an earlier ledger may have lost its row, or a refund of it waits', when: (f) => f.payment?.decision !== undefined && f.payment.postedEpoch > 0, action: 'post' },
  { id: 'S-60', because: 'decided as processed', when: (f) => f.payment?.decision?.outcome === 'processed', action: 'post' },
  { id: 'S-65', because: 'decided against a charge that may still be on its way', when: (f) => f.payment?.decision !== undefined && f.now - f.payment.decision.decidedAt < f.policy.chargeInFlightMs, action: 'wait' },
  { id: 'S-70', because: 'decided against a charge that somebody may have made', when: (f) => f.payment?.decision !== undefined, action: 'reverse_then_post' },
  { id: 'S-80', because: 'past settle_before', when: (f) => f.now >= (f.payment?.acceptance?.settleBefore ?? f.now), action: 'look_up_or_expire' },
  { id: 'S-90', because: 'the acquirer may have forgotten its key', when: (f) => ageMs(f) >= f.policy.acquirerKeyLifeMs - KEY_LIFE_MARGIN_MS, action: 'look_up_or_charge' },
  { id: 'S-100', because: 'undecided', when: () => true, action: 'charge' },
];

/**
 * Whether the ledger of `epoch` holds all of it. Sound because posted_epoch rises only by a mark that names every refund
 * there was, and a later refund is marked only by an epoch no older.
 */
export const isInBooks = (payment: Payment, epoch: Epoch): boolean => payment.postedEpoch >= epoch && !hasWaitingRefund(payment);

/** Left to a person under this epoch. What is decided and has been posted never is, whatever was noted before. */
export const isSetAside = (payment: Payment, epoch: Epoch): boolean =>
  payment.quarantine?.epoch === epoch && !(payment.decision && payment.postedEpoch > 0);

export type SettleStep =
  | { readonly row: string; readonly action: 'drop' | 'wait' }
  | { readonly row: string; readonly action: 'post' | 'reverse_then_post'; readonly payment: DecidedPayment }
  | { readonly row: string; readonly action: 'look_up_or_expire' | 'look_up_or_charge' | 'charge'; readonly payment: AcceptedPayment };

export function settleStep(facts: SettleFacts): SettleStep {
  const row = settleTable.find((candidate) => candidate.when(facts));
  assert(row !== undefined, 'the settle table ends in a row that always matches');
  if (row.action === 'drop' || row.action === 'wait') return { row: row.id, action: row.action };
  if (row.action === 'post' || row.action === 'reverse_then_post') {
    return { row: row.id, action: row.action, payment: facts.payment as DecidedPayment };
  }
  return { row: row.id, action: row.action, payment: facts.payment as AcceptedPayment };
}
