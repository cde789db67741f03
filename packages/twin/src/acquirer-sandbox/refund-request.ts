/**
 * Reads a merchant's refund request.
 *
 * Invariant: as a charge request, what it lets through is complete, bounded and exact.
 * It does not judge whether there is anything to give back.
 */
import { AMOUNT, CURRENCY, ID, KEY, matches } from './charge-request.ts';
import type { RefundRequest } from './refund-desk.ts';

const texts = { merchant_id: ID, transaction_id: ID, refund_id: ID, charge_reference: ID, amount_minor: AMOUNT, currency: CURRENCY } as const;
const FIELDS = [...Object.keys(texts), 'live'];

/** A sentence instead of a request says what is wrong, without repeating any value. */
export function parseRefundRequest(key: unknown, body: unknown): RefundRequest | string {
  if (!matches(key, KEY)) return 'the header Idempotency-Key must be 1 to 255 visible ASCII characters';
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body must be a JSON object';
  const fields: Record<string, unknown> = { ...body };
  const wrong = Object.entries(texts).find(([name, pattern]) => !matches(fields[name], pattern))?.[0];
  if (wrong !== undefined) return `${wrong} is missing or malformed`;
  if (typeof fields.live !== 'boolean') return 'live must be true or false';
  if (Object.keys(fields).some((name) => !FIELDS.includes(name))) return `there is an unknown field; allowed are ${FIELDS.join(', ')}`;
  const { merchant_id: merchantId, transaction_id: transactionId, refund_id: refundId, charge_reference: chargeReference, amount_minor: amountMinor, currency } = fields as Record<keyof typeof texts, string>;
  if (BigInt(amountMinor) > BigInt(Number.MAX_SAFE_INTEGER)) return `amount_minor must be at most ${Number.MAX_SAFE_INTEGER}`;
  return { key, content: { merchantId, transactionId, refundId, chargeReference, amountMinor, currency, live: fields.live } };
}
