// A hint names a payment and nothing else; it is only ever a reason to look, so an unreadable one is dropped.
import { merchantId, transactionId } from '@understudy/core';
import type { PaymentKey } from '@understudy/core';

/** Of the body's shape; a consumer skips versions it does not know, and reconciliation finds the payment. */
const HINT_VERSION = 1;

/** Ids have at most 128 characters; `#` separates them in a key text. */
const idPattern = /^[^#\s]{1,128}$/;

export const hintBody = (key: PaymentKey): string =>
  JSON.stringify({ v: HINT_VERSION, merchant_id: key.merchantId, transaction_id: key.transactionId });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isId = (value: unknown): value is string => typeof value === 'string' && idPattern.test(value);

/** The payment that a message's body names, or undefined when it names none. Never throws. */
export function parseHint(body: string): PaymentKey | undefined {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('v' in value && 'merchant_id' in value && 'transaction_id' in value)) return undefined;
  if (value.v !== HINT_VERSION || !isId(value.merchant_id) || !isId(value.transaction_id)) return undefined;
  return { merchantId: merchantId(value.merchant_id), transactionId: transactionId(value.transaction_id) };
}
