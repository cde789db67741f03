// The receipt of an entry, as an object for the merchant. A pure function of the entry, so that writing one again after
// an unknown outcome, or in another region, changes nothing. It holds no card data, no key and not how it was paid.
import { isoTime } from '../time.ts';
import type { BusinessDate } from '../time.ts';
import { entryId, entryKind, formatSigned } from './entry.ts';
import type { Entry, EntryKey } from './entry.ts';

const SUFFIX = '.json';

/** The receipts of one business day stand under this prefix. */
export const receiptPrefix = (businessDate: BusinessDate): string => `receipts/${businessDate}/`;

/** What follows the prefix; a bucket lists receipts in the order of these. */
export const receiptName = (key: EntryKey): string => `${entryId(key)}${SUFFIX}`;

export const receiptKey = (entry: Entry): string => receiptPrefix(entry.businessDate) + receiptName(entry);

export function receiptText(entry: Entry): string {
  const positive = entry.amountMinor < 0n ? -entry.amountMinor : entry.amountMinor;
  const body = {
    receipt: entryKind(entry),
    live: entry.live,
    merchant_id: entry.merchantId,
    transaction_id: entry.transactionId,
    ...(entry.refundId === undefined ? {} : { refund_id: entry.refundId }),
    customer_id: entry.customerId,
    amount: formatSigned(positive, entry.currency),
    currency: entry.currency,
    business_date: entry.businessDate,
    decided_at: isoTime(entry.decidedAt),
  };
  return `${JSON.stringify(body)}\n`;
}
