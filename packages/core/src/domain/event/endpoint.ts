// A merchant's webhook endpoint: where it wants to hear what became of its payments, and of which events.
import { containsCardNumber } from '../payment/card-number.ts';
import { FAULTS_MAX, unknownFieldFault } from '../payment/payment-request.ts';
import type { Parsed, RequestFault } from '../payment/payment-request.ts';
import type { EpochMs } from '../time.ts';

export interface Endpoint {
  readonly id: string;
  /** May hold a token of the merchant's: never logged. */
  readonly url: string;
  /** Only these; all when absent. */
  readonly events?: readonly EventName[];
  /** Live endpoints hear of live payments, test endpoints of test payments. */
  readonly live: boolean;
  /** Which master key its secret is derived from. */
  readonly keyId: string;
  readonly createdAt: EpochMs;
}

export const eventNames = ['payment.processed', 'payment.failed', 'payment.cancelled', 'refund.processed', 'refund.failed'] as const;
export type EventName = (typeof eventNames)[number];

/** All of a merchant's endpoints are read and written as one, and each event may go to each of them. */
export const ENDPOINTS_MAX = 10;

/** `live` as the outbox has it; events from before it had one go to all. */
export const hearsOf = (endpoint: Endpoint, event: string, live: string | undefined): boolean =>
  (endpoint.events?.some((name) => name === event) ?? true) && (live === undefined || live === String(endpoint.live));

export interface EndpointRequest {
  readonly url: string;
  readonly events?: readonly EventName[];
}

const URL_CHARACTERS_MAX = 2048;

/** Reads `{url, events?}`. Whether the address may be called is for the webhook adapter to say. */
export function parseEndpointRequest(body: unknown): Parsed<EndpointRequest> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { ok: false, faults: [{ message: 'the body must be a JSON object' }] };
  const { url, events, ...others }: { readonly url?: unknown; readonly events?: unknown } = body;
  const faults: RequestFault[] = Object.keys(others).slice(0, FAULTS_MAX).map((name) => unknownFieldFault(name, ['url', 'events']));
  const isUrl = typeof url === 'string' && url.length >= 1 && url.length <= URL_CHARACTERS_MAX;
  if (!isUrl) faults.push({ field: 'url', message: `url must be a string of 1 to ${URL_CHARACTERS_MAX} characters` });
  else if (containsCardNumber(url)) faults.push({ field: 'url', message: 'url must not hold a card number' });
  if (events !== undefined && !isEventList(events)) faults.push({ field: 'events', message: `events must be a list of different ones of ${eventNames.join(', ')}, or left out for all` });
  if (!isUrl || faults.length > 0) return { ok: false, faults };
  return { ok: true, value: { url, ...(isEventList(events) && { events }) } };
}

const isEventList = (value: unknown): value is readonly EventName[] =>
  Array.isArray(value) && value.length > 0 && new Set(value).size === value.length && value.every((name) => eventNames.some((known) => known === name));
