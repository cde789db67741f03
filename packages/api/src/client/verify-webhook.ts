// Tells whether a webhook is really from the service, by the Standard Webhooks convention.
// Invariant: nothing of the payload is read before its signature, over these very bytes and a time not far from now, was
// found right. The comparison is the platform's own HMAC verification, which takes the same time wherever bytes differ.
// Who is told twice is told under the same `webhook-id`: keep it to see a repeat.

export interface WebhookEvent {
  /** Such as `payment.processed`. */
  readonly type: string;
  /** When it was decided. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, string>>;
}

export class WebhookError extends Error {
  override readonly name: string = 'WebhookError';
}

type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;
/** Of the Fetch API, or a plain object as Node and Lambda have it. */
export type WebhookHeaders = { get(name: string): string | null } | HeaderRecord;

export interface VerifyOptions {
  /** How old a webhook may be, and how far ahead its clock. */
  readonly toleranceS?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** What the convention's own libraries allow. */
const TOLERANCE_S = 300;
/** A rotation has two; a header with more than this is an attack. */
const SIGNATURES_MAX = 16;
const hmac = { name: 'HMAC', hash: 'SHA-256' } as const;

/** `payload` is the body exactly as received, before anything parses it. Throws WebhookError. */
export async function verifyWebhook(
  payload: string | Uint8Array, headers: WebhookHeaders, { secret, toleranceS = TOLERANCE_S, now = Date.now }: VerifyOptions & { readonly secret: string },
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => header(headers, name));
  if (!id || !timestamp || !signatures) throw new WebhookError('a webhook has the headers webhook-id, webhook-timestamp and webhook-signature');
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('webhook-timestamp is not a time');
  if (Math.abs(now() / 1000 - Number(timestamp)) > toleranceS) throw new WebhookError('the webhook is too old, or from the future');
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  const key = await crypto.subtle.importKey('raw', secretBytes(secret), hmac, false, ['verify']);
  for (const entry of signatures.split(' ').slice(0, SIGNATURES_MAX)) {
    const [version, signature = ''] = entry.split(',');
    const candidate = version === 'v1' ? base64(signature) : undefined;
    if (candidate && (await crypto.subtle.verify(hmac, key, candidate, signed))) return eventIn(bytes);
  }
  throw new WebhookError('the signature is not right');
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined;
  const found = Object.entries(headers as HeaderRecord).find(([given]) => given.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : found?.[0];
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = base64(secret.replace(/^whsec_/, ''));
  // An empty key signs whatever anybody sends.
  if (!bytes?.length) throw new WebhookError('the secret is not one: whsec_ and base64 are expected');
  return bytes;
}

function base64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function eventIn(bytes: Uint8Array): WebhookEvent {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as WebhookEvent;
  } catch {
    throw new WebhookError('it is signed, but its body is not JSON');
  }
}
