// Counts and sums per merchant and currency, of what is not in flight: when there is no finding, the three agree.
import { minorUnits } from '../money/money.ts';
import type { MinorUnits, Money } from '../money/money.ts';
import type { MerchantId } from '../payment/payment.ts';
import { refundedSum, standingCharges } from './compare.ts';
import type { AuditCase, Verdict } from './compare.ts';

export interface Sum {
  readonly count: number;
  readonly minor: MinorUnits;
}

export interface TotalsRow {
  readonly merchantId: MerchantId;
  /** `-` for what has no amount: ids that were spent, payments that were purged. */
  readonly currency: string;
  /** Payments, whatever became of them. */
  readonly payments: number;
  readonly inFlight: number;
  readonly setAside: number;
  /** Processed, as each of the three has it. */
  readonly journal: Sum;
  readonly ledger: Sum;
  readonly acquirer: Sum;
  /** Given back of it, likewise. */
  readonly refunded: { readonly journal: MinorUnits; readonly ledger: MinorUnits; readonly acquirer: MinorUnits };
}

const nothing: Sum = { count: 0, minor: minorUnits(0n) };
const noRefunds: TotalsRow['refunded'] = { journal: nothing.minor, ledger: nothing.minor, acquirer: nothing.minor };
const plus = (sum: Sum, amount: Money | undefined, count = 1): Sum => ({ count: sum.count + count, minor: minorUnits(sum.minor + (amount?.minor ?? 0n)) });

export class Totals {
  readonly #rows = new Map<string, TotalsRow>();

  add(found: AuditCase, verdict: Verdict): void {
    const { journal, ledger, charges, merchantId } = found;
    const amount = journal?.amount ?? ledger?.row?.amount ?? charges[0]?.amount;
    const currency = amount?.currency ?? '-';
    const name = `${merchantId}#${currency}`;
    const row = this.#rows.get(name) ?? { merchantId, currency, payments: 0, inFlight: 0, setAside: 0, journal: nothing, ledger: nothing, acquirer: nothing, refunded: noRefunds };
    const counted = { ...row, payments: row.payments + 1, inFlight: row.inFlight + Number(verdict.inFlight), setAside: row.setAside + Number(journal?.setAside ?? false) };
    this.#rows.set(name, verdict.inFlight ? counted : {
      ...counted,
      // A purged payment has left its amount in the ledger alone.
      journal: journal?.outcome === 'processed' ? plus(row.journal, journal.amount ?? ledger?.row?.amount) : row.journal,
      ledger: ledger?.row?.outcome === 'processed' ? plus(row.ledger, ledger.row.amount) : row.ledger,
      acquirer: standingCharges(charges).reduce((sum, charge) => plus(sum, charge.amount), row.acquirer),
      refunded: {
        journal: minorUnits(row.refunded.journal + refundedSum(journal?.refunds ?? [], 'processed')),
        ledger: minorUnits(row.refunded.ledger + refundedSum(ledger?.refunds ?? [], 'processed')),
        acquirer: minorUnits(charges.reduce((sum, charge) => sum + charge.refundedMinor, row.refunded.acquirer as bigint)),
      },
    });
  }

  rows(): readonly TotalsRow[] {
    return [...this.#rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }
}
