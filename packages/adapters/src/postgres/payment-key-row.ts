// A payment's key as SQL returns it.
import { keyText, merchantId, transactionId } from '@understudy/core';
import type { PaymentKey } from '@understudy/core';

export interface KeyRow {
  readonly merchant_id: string;
  readonly transaction_id: string;
}

export const keyOf = (row: KeyRow): PaymentKey => ({ merchantId: merchantId(row.merchant_id), transactionId: transactionId(row.transaction_id) });

export const keyTexts = (rows: readonly KeyRow[]): ReadonlySet<string> => new Set(rows.map((row) => keyText(keyOf(row))));
