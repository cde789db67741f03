// An entry is one movement of money that stands in the books: a processed payment or a processed refund. It has one
// receipt and stands in one settlement file. Nothing here says who posted it, when or under which epoch: what is made
// from an entry has the same bytes in whichever region it is made.
import { formatAmount, minorUnits } from '../money/money.ts';
import type { CustomerId, MerchantId, TransactionId } from '../payment/payment.ts';
import type { BusinessDate, EpochMs } from '../time.ts';

export interface EntryKey {
  readonly merchantId: MerchantId;
  readonly transactionId: TransactionId;
  /** Of a refund; absent for the payment itself. */
  readonly refundId?: string;
}

export interface Entry extends EntryKey {
  readonly customerId: CustomerId;
  /** False when it was made with a test key: no money moved. */
  readonly live: boolean;
  /** In minor units; below zero for a refund. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly decidedAt: EpochMs;
  readonly businessDate: BusinessDate;
  readonly acquirerReference?: string;
}

/** One text per entry. No id may hold `/` or `~`, so no two entries share one. */
export const entryId = ({ merchantId, transactionId, refundId }: EntryKey): string =>
  `${merchantId}/${transactionId}${refundId === undefined ? '' : `~${refundId}`}`;

export const entryKind = (key: EntryKey): 'payment' | 'refund' => (key.refundId === undefined ? 'payment' : 'refund');

/** A decimal with all of its currency's decimals, signed: `-10.00`. */
export const formatSigned = (minor: bigint, currency: string): string =>
  `${minor < 0n ? '-' : ''}${formatAmount({ minor: minorUnits(minor < 0n ? -minor : minor), currency })}`;
