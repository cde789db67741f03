// Counts and sums per merchant and currency, of what is not in flight: when there is no finding, the three agree.
import { minorUnits } from '../money/money.ts';
import type { MinorUnits } from '../money/money.ts';
import type { MerchantId } from '../payment/payment.ts';
import { refundedSum, standingCharges } from './compare.ts';
import type { AuditCase, Verdict } from './compare.ts';
import type { Amount } from './packing.ts';

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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** While it is added to. */
interface Row extends Mutable<Pick<TotalsRow, 'payments' | 'inFlight' | 'setAside'>>, Pick<TotalsRow, 'merchantId' | 'currency'> {
  readonly journal: Mutable<Sum>;
  readonly ledger: Mutable<Sum>;
  readonly acquirer: Mutable<Sum>;
  readonly refunded: Mutable<TotalsRow['refunded']>;
}

const nothing = minorUnits(0n);

function plus(sum: Mutable<Sum>, minor: bigint): void {
  sum.count += 1;
  sum.minor = minorUnits(sum.minor + minor);
}

export class Totals {
  readonly #rows = new Map<string, Row>();

  /** A payment that was processed, of which all three say the same. */
  addAgreed({ merchantId, currency, minor }: Amount, inFlight: boolean): void {
    const row = this.#rowOf(merchantId, currency);
    row.payments += 1;
    if (inFlight) row.inFlight += 1;
    else for (const sum of [row.journal, row.ledger, row.acquirer]) plus(sum, minor);
  }

  add({ journal, ledger, charges, merchantId }: AuditCase, { inFlight }: Verdict): void {
    const amount = journal?.amount ?? ledger?.row?.amount ?? charges[0]?.amount;
    const row = this.#rowOf(merchantId, amount?.currency ?? '-');
    row.payments += 1;
    row.setAside += Number(journal?.setAside ?? false);
    row.inFlight += Number(inFlight);
    if (inFlight) return;
    // A purged payment has left its amount in the ledger alone.
    if (journal?.outcome === 'processed') plus(row.journal, (journal.amount ?? ledger?.row?.amount)?.minor ?? 0n);
    if (ledger?.row?.outcome === 'processed') plus(row.ledger, ledger.row.amount.minor);
    for (const charge of standingCharges(charges)) plus(row.acquirer, charge.amount.minor);
    row.refunded.journal = minorUnits(row.refunded.journal + refundedSum(journal?.refunds ?? [], 'processed'));
    row.refunded.ledger = minorUnits(row.refunded.ledger + refundedSum(ledger?.refunds ?? [], 'processed'));
    for (const charge of charges) row.refunded.acquirer = minorUnits(row.refunded.acquirer + charge.refundedMinor);
  }

  rows(): readonly TotalsRow[] {
    return [...this.#rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #rowOf(merchantId: MerchantId, currency: string): Row {
    const name = `${merchantId}#${currency}`;
    let row = this.#rows.get(name);
    if (!row) this.#rows.set(name, (row = emptyRow(merchantId, currency)));
    return row;
  }
}

const emptySum = (): Mutable<Sum> => ({ count: 0, minor: nothing });

const emptyRow = (merchantId: MerchantId, currency: string): Row => ({
  merchantId, currency, payments: 0, inFlight: 0, setAside: 0,
  journal: emptySum(), ledger: emptySum(), acquirer: emptySum(), refunded: { journal: nothing, ledger: nothing, acquirer: nothing },
});
