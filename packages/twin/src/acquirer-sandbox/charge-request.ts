/**
 * Reads a merchant's charge request.
 *
 * Invariant: what it lets through is complete, bounded and exact: money is a string of digits that a number can hold.
 * It does not judge whether the charge is a good idea.
 */
import type { ChargeContent } from './charge-book.ts';

export interface ChargeRequest {
  readonly key: string;
  readonly content: ChargeContent;
}

export const KEY: RegExp = /^[\x21-\x7e]{1,255}$/;
export const ID: RegExp = /^[\x21-\x7e]{1,128}$/;
export const AMOUNT: RegExp = /^[1-9][0-9]{0,15}$/;
export const CURRENCY: RegExp = /^[A-Z]{3}$/;
const PAYMENT_METHOD_CHARACTERS_MAX = 256;
const FIELDS = ['merchant_id', 'transaction_id', 'amount_minor', 'currency', 'payment_method', 'live'];

/** A sentence instead of a request says what is wrong, without repeating any value. */
export function parseChargeRequest(key: unknown, body: unknown): ChargeRequest | string {
  if (typeof key !== 'string' || !KEY.test(key)) return 'the header Idempotency-Key must be 1 to 255 visible ASCII characters';
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body must be a JSON object';
  const fields: Record<string, unknown> = { ...body };
  const unknownField = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (unknownField !== undefined) return `there is an unknown field; allowed are ${FIELDS.join(', ')}`;
  const { merchant_id: merchantId, transaction_id: transactionId, amount_minor: amountMinor } = fields;
  const { currency, payment_method: paymentMethod, live } = fields;
  if (!matches(merchantId, ID)) return 'merchant_id must be 1 to 128 visible ASCII characters';
  if (!matches(transactionId, ID)) return 'transaction_id must be 1 to 128 visible ASCII characters';
  if (!matches(amountMinor, AMOUNT) || BigInt(amountMinor) > BigInt(Number.MAX_SAFE_INTEGER)) {
    return `amount_minor must be a string of digits from 1 to ${Number.MAX_SAFE_INTEGER}, without leading zeros`;
  }
  if (!matches(currency, CURRENCY)) return 'currency must be three capital letters';
  if (paymentMethod !== undefined && (typeof paymentMethod !== 'string' || paymentMethod === '' || paymentMethod.length > PAYMENT_METHOD_CHARACTERS_MAX)) {
    return `payment_method must be absent or a token of 1 to ${PAYMENT_METHOD_CHARACTERS_MAX} characters`;
  }
  if (typeof live !== 'boolean') return 'live must be true or false';
  return { key, content: { merchantId, transactionId, amountMinor, currency, paymentMethod, live } };
}

export function sameContent(one: ChargeContent, other: ChargeContent): boolean {
  return (
    one.merchantId === other.merchantId &&
    one.transactionId === other.transactionId &&
    one.amountMinor === other.amountMinor &&
    one.currency === other.currency &&
    one.paymentMethod === other.paymentMethod &&
    one.live === other.live
  );
}

export function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
