// What the contract suites of the ledger and of its control share: the fixture and the payments they post.
import type { DecidedPayment, Decision } from '../../domain/payment/payment.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import type { Region } from '../../domain/region/region.ts';
import type { LedgerControl } from '../ledger-control.ts';
import type { Ledger } from '../ledger.ts';
import { acceptanceOf, approval, paymentKey } from './payment-samples.ts';

/** A new pair of ledgers: the primary's fence at 1, no payment posted, the standby following. */
export interface LedgerFixture {
  readonly region: Region;
  readonly ledger: Ledger;
  /** The ledger of the other region. */
  readonly standby: Ledger;
  readonly control: LedgerControl;
  /** Resolves when the standby shows all that the primary has committed. */
  readonly caughtUp: () => Promise<void>;
  /** From now on the primary cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const decided = (id: string, change: { readonly merchant?: string; readonly decision?: Decision; readonly acceptance?: Parameters<typeof acceptanceOf>[0] } = {}): DecidedPayment => ({
  ...paymentKey(id, change.merchant),
  acceptance: acceptanceOf(change.acceptance),
  decision: change.decision ?? approval(`ch_${id}`),
  postedEpoch: epochOf(0),
  inWork: true,
  attempts: 0,
});
