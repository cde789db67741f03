// What the contract suites of the receipt book and the settlement book share: a pair of ledgers with their books.
import type { DecidedPayment } from '../../domain/payment/payment.ts';
import type { Epoch } from '../../domain/region/epoch.ts';
import type { BusinessDate } from '../../domain/time.ts';
import { assert } from '../../support/assert.ts';
import type { ReceiptBook } from '../receipt-book.ts';
import type { SettlementBook } from '../settlement-book.ts';
import { decided } from './ledger-samples.ts';
import type { LedgerFixture } from './ledger-samples.ts';
import { acceptanceOf, approval } from './payment-samples.ts';
import { minorUnits } from '../../domain/money/money.ts';

export interface BookFixture extends LedgerFixture {
  readonly receipts: ReceiptBook;
  readonly settlement: SettlementBook;
  /** Over the standby's server. */
  readonly standbySettlement: SettlementBook;
  readonly standbyReceipts: ReceiptBook;
}

export const dayOf = (day: number): BusinessDate => `2026-01-${String(day).padStart(2, '0')}` as BusinessDate;

export interface EntrySample {
  readonly day?: number;
  readonly minor?: bigint;
  readonly currency?: string;
  readonly merchant?: string;
  readonly live?: boolean;
}

/** A processed payment of that business day. */
export const processedOn = (id: string, { day = 5, minor = 1250n, currency = 'EUR', merchant = 'shop', live = true }: EntrySample = {}): DecidedPayment =>
  decided(id, { merchant, decision: { ...approval(`ch_${id}`), businessDate: dayOf(day) }, acceptance: { ...acceptanceOf(), live, amount: { minor: minorUnits(minor), currency } } });

export async function post({ ledger }: LedgerFixture, epoch: Epoch, payments: readonly DecidedPayment[]): Promise<void> {
  const result = await ledger.post(epoch, payments);
  assert(result.code === 'posted', 'the samples are posted');
}

/** What was not fenced. */
export function standing<T>(answer: T): Exclude<T, 'fenced'> {
  assert(answer !== 'fenced', 'the ledger is the primary of this epoch');
  return answer as Exclude<T, 'fenced'>;
}
