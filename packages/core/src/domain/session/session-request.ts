// Reads what a merchant sent to open a session. Returns every fault it found, and never repeats a value.
import type { Money } from '../money/money.ts';
import { customerId } from '../payment/payment.ts';
import type { CustomerId } from '../payment/payment.ts';
import { currencyFault, FAULTS_MAX, idFault, parseLimitedAmount, unknownFieldFault } from '../payment/payment-request.ts';
import type { Parsed, RequestFault } from '../payment/payment-request.ts';
import type { PaymentPolicy } from '../payment/policy.ts';

export interface SessionRequest {
  readonly customerId: CustomerId;
  readonly amount: Money;
  readonly expiresInS: number;
}

/** Nobody fills in a form in less. */
export const SESSION_S_MIN = 10;
/** A day: a signing key must be kept for as long as a session may last. */
export const SESSION_S_MAX = 86_400;
export const SESSION_S_DEFAULT = 1800;

const fieldNames = ['customer_id', 'amount', 'currency', 'expires_in_s'];

function durationFault(value: unknown): RequestFault | undefined {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= SESSION_S_MIN && value <= SESSION_S_MAX;
  return value === undefined || fits ? undefined : { field: 'expires_in_s', message: `expires_in_s must be a whole number of seconds from ${SESSION_S_MIN} to ${SESSION_S_MAX}` };
}

/** As for a payment, `amount` is the text that was written. */
export function parseSessionRequest(body: unknown, policy: PaymentPolicy): Parsed<SessionRequest> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { ok: false, faults: [{ message: 'the body must be a JSON object' }] };
  const fields = body as Readonly<Record<string, unknown>>;
  const badCurrency = currencyFault(fields['currency'], policy);
  // A wrong currency must not hide a wrong amount: the amount is then read as one with two decimals.
  const amount = parseLimitedAmount(fields['amount'], badCurrency ? 'USD' : (fields['currency'] as string), policy);
  const faults = [
    idFault('customer_id', fields['customer_id']),
    'message' in amount ? amount : undefined,
    badCurrency,
    durationFault(fields['expires_in_s']),
    ...Object.keys(fields).filter((name) => !fieldNames.includes(name)).map((name) => unknownFieldFault(name, fieldNames)),
  ].filter((fault) => fault !== undefined).slice(0, FAULTS_MAX);
  if (faults.length > 0 || 'message' in amount) return { ok: false, faults };
  return { ok: true, value: { customerId: customerId(fields['customer_id'] as string), amount, expiresInS: (fields['expires_in_s'] as number | undefined) ?? SESSION_S_DEFAULT } };
}
