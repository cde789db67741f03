// Reads what a merchant sent. Returns every fault it found, not the first, and never repeats a value:
// the text that is wrong may be a card number.
import { decimalsOf, minorUnits, parseAmount } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import { containsCardNumber, isCardNumber } from './card-number.ts';
import { customerId, transactionId } from './payment.ts';
import type { CustomerId, TransactionId } from './payment.ts';
import { sessionId } from '../session/session.ts';
import type { SessionId } from '../session/session.ts';
import type { PaymentPolicy } from './policy.ts';

export interface PaymentRequest {
  readonly transactionId: TransactionId;
  readonly customerId: CustomerId;
  readonly amount: Money;
  readonly paymentMethod?: string;
  /** Pays this session. Whether it is one is for its signature to say. */
  readonly sessionId?: SessionId;
}

export interface RequestFault {
  readonly field?: string;
  /** A sentence that names what is wrong and what is allowed. */
  readonly message: string;
}

export interface RequestRules {
  readonly policy: PaymentPolicy;
  /** `/process` may leave it out; `/payments` and `/validate` may not. */
  readonly paymentMethodRequired: boolean;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly RequestFault[] };

const fieldNames = ['transaction_id', 'customer_id', 'amount', 'currency', 'payment_method', 'session_id'];
/** Bounds the answer to a body of a thousand unknown fields. */
export const FAULTS_MAX = 20;
/** One or two dots are no id: in a path they are steps, however they are encoded, and lead to another address. */
const idPattern = /^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$/;
const methodPattern = /^[A-Za-z0-9._:-]{1,64}$/;
const ID_RULE = '1 to 128 characters of A-Z a-z 0-9 . _ : -, and not just one or two dots';
const CARD_RULE = 'must not hold a card number';

/** The fault of an id, or undefined when it is one. */
export function idFault(field: string, value: unknown): RequestFault | undefined {
  if (value === undefined) return { field, message: `${field} is required` };
  if (typeof value !== 'string') return { field, message: `${field} must be a string of ${ID_RULE}` };
  if (!idPattern.test(value)) return { field, message: `${field} must be ${ID_RULE}` };
  return isCardNumber(value) ? { field, message: `${field} ${CARD_RULE}` } : undefined;
}

function methodFault(value: unknown, required: boolean): RequestFault | undefined {
  const field = 'payment_method';
  if (value === undefined) return required ? { field, message: `${field} is required` } : undefined;
  if (typeof value === 'string' && containsCardNumber(value)) return { field, message: `${field} ${CARD_RULE}; send the token that names it` };
  if (typeof value !== 'string' || !methodPattern.test(value)) return { field, message: `${field} must be a string of 1 to 64 characters of A-Z a-z 0-9 . _ : -` };
  return undefined;
}

export function currencyFault(value: unknown, policy: PaymentPolicy): RequestFault | undefined {
  const field = 'currency';
  if (value === undefined) return { field, message: 'currency is required' };
  const known = typeof value === 'string' && policy.currencies.includes(value) && decimalsOf(value) !== undefined;
  return known ? undefined : { field, message: `currency must be one of ${policy.currencies.join(', ')}, in upper case` };
}

/** `amount` is the decimal text the caller wrote, whether it was a JSON number or a string. */
export function parseLimitedAmount(value: unknown, currency: string, policy: PaymentPolicy): Money | RequestFault {
  const field = 'amount';
  if (value === undefined) return { field, message: 'amount is required' };
  const range = `greater than 0 and at most ${policy.amountMaxMajor}`;
  if (typeof value !== 'string') return { field, message: `amount must be a number or a decimal string, ${range}` };
  if (/^-\d/.test(value)) return { field, message: `amount must be ${range}` };
  const amount = parseAmount(value, currency);
  if (amount === 'not_a_decimal') return { field, message: `amount must be a plain decimal such as 10.00, ${range}` };
  const decimals = decimalsOf(currency) ?? 0;
  if (amount === 'too_many_decimals') return { field, message: `amount has more decimals than ${currency} allows: at most ${decimals}` };
  const max = minorUnits(policy.amountMaxMajor * 10n ** BigInt(decimals));
  return amount.minor > 0n && amount.minor <= max ? amount : { field, message: `amount must be ${range}` };
}

export const unknownFieldFault = (name: string, known: readonly string[]): RequestFault => {
  const presentable = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(name) && !containsCardNumber(name);
  const allowed = known.join(', ');
  return presentable
    ? { field: name, message: `${name} is not a field; allowed are ${allowed}` }
    : { message: `there is a field that is not allowed; allowed are ${allowed}` };
};

/**
 * Reads a payment request from a parsed JSON body in which `amount`, when it was a JSON number, has been
 * replaced by the text it was written as. Returns the request or every fault (at most 20).
 */
export function parsePaymentRequest(body: unknown, rules: RequestRules): Parsed<PaymentRequest> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { ok: false, faults: [{ message: 'the body must be a JSON object' }] };
  }
  const fields = body as Readonly<Record<string, unknown>>;
  const faults: RequestFault[] = [];
  const note = (fault: RequestFault | undefined) => {
    if (fault && faults.length < FAULTS_MAX) faults.push(fault);
  };
  note(idFault('transaction_id', fields['transaction_id']));
  note(idFault('customer_id', fields['customer_id']));
  const badCurrency = currencyFault(fields['currency'], rules.policy);
  // A wrong currency must not hide a wrong amount: the amount is then read as one with two decimals.
  const amount = parseLimitedAmount(fields['amount'], badCurrency ? 'USD' : (fields['currency'] as string), rules.policy);
  if ('message' in amount) note(amount);
  note(badCurrency);
  note(methodFault(fields['payment_method'], rules.paymentMethodRequired));
  if (fields['session_id'] !== undefined) note(idFault('session_id', fields['session_id']));
  for (const name of Object.keys(fields)) if (!fieldNames.includes(name)) note(unknownFieldFault(name, fieldNames));
  if (faults.length > 0 || 'message' in amount) return { ok: false, faults };
  return {
    ok: true,
    value: {
      transactionId: transactionId(fields['transaction_id'] as string),
      customerId: customerId(fields['customer_id'] as string),
      amount,
      ...(fields['payment_method'] === undefined ? {} : { paymentMethod: fields['payment_method'] as string }),
      ...(fields['session_id'] === undefined ? {} : { sessionId: sessionId(fields['session_id'] as string) }),
    },
  };
}
