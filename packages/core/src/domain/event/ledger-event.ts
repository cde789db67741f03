// What the books have to tell: one row of a ledger's outbox, made from a decision in the transaction that posts it.
// Invariant: an event's id and body are made from what was decided and from nothing else, so whoever tells it again,
// after a failover too, tells it under the same id and in the same words.
import { decimalsOf, minorUnits, parseAmount } from '../money/money.ts';
import type { PaymentKey } from '../payment/payment.ts';
import type { PaymentPolicy } from '../payment/policy.ts';
import type { Endpoint } from './endpoint.ts';
import { hearsOf } from './endpoint.ts';

export interface LedgerEvent extends PaymentKey {
  /** Where it stands in the outbox of this very ledger; in another ledger it may stand elsewhere. */
  readonly place: string;
  /** Such as `payment.processed`. */
  readonly name: string;
  /** What is told, as text: ids, exact amounts, times. Never card data. */
  readonly facts: Readonly<Record<string, string>>;
}

const ID_DIGITS = 32;

/** The event's name in the world, `webhook-id` among others. */
export function eventId(event: LedgerEvent, digest: (text: string) => string): string {
  const text = ['event/1', event.merchantId, event.transactionId, event.facts['refund_id'] ?? '', event.name].join('\n');
  return `evt_${digest(text).slice(0, ID_DIGITS)}`;
}

/** Facts that are for us. */
const unsaid: ReadonlySet<string> = new Set(['merchant_id', 'live']);
/** Facts that the API calls something else. */
const saidAs: Readonly<Record<string, string>> = { code: 'error' };

/** The body of a webhook, byte for byte the same whenever it is made. */
export function eventBody(event: LedgerEvent): string {
  const said = Object.entries(event.facts).filter(([name]) => !unsaid.has(name)).map(([name, value]) => [saidAs[name] ?? name, value] as const);
  const data = Object.fromEntries(said.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({ type: event.name, timestamp: event.facts['decided_at'], data });
}

export interface Notice {
  readonly kind: 'high_value' | 'payment_failed' | 'refund_failed';
  readonly sentence: string;
  readonly detail: Readonly<Record<string, string>>;
}

/** What operators hear of an event; nothing, mostly. */
export function noticesOf(event: LedgerEvent, policy: PaymentPolicy): readonly Notice[] {
  const { amount = '', currency = '', status = '', code, refund_id: refund } = event.facts;
  const detail = { transaction_id: event.transactionId, merchant_id: event.merchantId, amount, currency, ...(refund !== undefined && { refund_id: refund }) };
  const notices: Notice[] = [];
  if (event.name.startsWith('payment.') && isHighValue(amount, currency, policy)) {
    notices.push({ kind: 'high_value', sentence: `A payment above ${policy.highValueMajor} ${currency} was ${status}.`, detail });
  }
  if (event.name === 'payment.failed') notices.push({ kind: 'payment_failed', sentence: `A payment failed: ${code ?? 'no code'}.`, detail });
  if (event.name === 'refund.failed') notices.push({ kind: 'refund_failed', sentence: `A refund failed: ${code ?? 'no code'}.`, detail });
  return notices;
}

function isHighValue(amount: string, currency: string, policy: PaymentPolicy): boolean {
  const decimals = decimalsOf(currency);
  const money = decimals === undefined ? 'not_a_decimal' : parseAmount(amount, currency);
  return typeof money !== 'string' && money.minor > minorUnits(policy.highValueMajor * 10n ** BigInt(decimals ?? 0));
}

export const OPERATORS = 'operators';
const ENDPOINT_PREFIX = 'webhook:';

export const targetOf = (endpoint: Pick<Endpoint, 'id'>): string => `${ENDPOINT_PREFIX}${endpoint.id}`;

/** The endpoint that a target names, or undefined when it is no endpoint. */
export const endpointIdOf = (target: string): string | undefined => (target.startsWith(ENDPOINT_PREFIX) ? target.slice(ENDPOINT_PREFIX.length) : undefined);

/** Everybody who is to hear of an event. */
export function targetsOf(event: LedgerEvent, endpoints: readonly Endpoint[], policy: PaymentPolicy): readonly string[] {
  const webhooks = endpoints.filter((endpoint) => hearsOf(endpoint, event.name, event.facts['live'])).map(targetOf);
  return noticesOf(event, policy).length > 0 ? [OPERATORS, ...webhooks] : webhooks;
}
