// What to do next with one refund of a payment whose row stands in the books, as a table: the first row whose condition
// holds decides. Row ids are stable. There is no time limit: what was accepted is given back, however late.
import { assert } from '../../support/assert.ts';
import { KEY_LIFE_MARGIN_MS } from '../payment/policy.ts';
import type { PaymentPolicy } from '../payment/policy.ts';
import type { EpochMs } from '../time.ts';
import type { Refund } from './refund.ts';

export interface RefundFacts {
  readonly refund: Refund;
  readonly now: EpochMs;
  readonly policy: PaymentPolicy;
}

export type RefundAction =
  /** Only its row may be missing. The acquirer is not asked. */
  | 'post'
  /** The key may soon be forgotten: ask for the refund only on a definite "none". */
  | 'look_up_or_refund'
  | 'refund';

interface Row {
  readonly id: string;
  readonly because: string;
  readonly when: (facts: RefundFacts) => boolean;
  readonly action: RefundAction;
}

export const refundTable: readonly Row[] = [
  { id: 'R-10', because: 'decided', when: (f) => f.refund.decision !== undefined, action: 'post' },
  { id: 'R-20', because: 'the acquirer may have forgotten its key', when: (f) => f.now - f.refund.acceptedAt >= f.policy.acquirerKeyLifeMs - KEY_LIFE_MARGIN_MS, action: 'look_up_or_refund' },
  { id: 'R-30', because: 'undecided', when: () => true, action: 'refund' },
];

export function refundStep(facts: RefundFacts): { readonly row: string; readonly action: RefundAction } {
  const row = refundTable.find((candidate) => candidate.when(facts));
  assert(row !== undefined, 'the refund table ends in a row that always matches');
  return { row: row.id, action: row.action };
}
