// What the client library believes. That it believes exactly what the convention's own library signs is checked where
// that library is: client-library.test.ts of the twin.
import { describe, expect, test } from 'vitest';
import { verifyWebhook, WebhookError } from './index.ts';
import type { WebhookHeaders } from './index.ts';

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
const AT_S = 1_700_000_000;
const BODY = '{"type":"payment.processed","timestamp":"2026-01-01T00:00:00.000Z","data":{"transaction_id":"\u00e9"}}';

async function sign(text: string, secret = SECRET): Promise<string> {
  const raw = Uint8Array.from(atob(secret.replace('whsec_', '')), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text)));
  return `v1,${btoa(String.fromCharCode(...bytes))}`;
}

const headersFor = async (changes: Readonly<Record<string, string | undefined>> = {}) => ({
  'webhook-id': 'evt_1', 'webhook-timestamp': String(AT_S), 'webhook-signature': await sign(`evt_1.${AT_S}.${BODY}`), ...changes,
});
const verify = (payload: string | Uint8Array, headers: WebhookHeaders, secret = SECRET) => verifyWebhook(payload, headers, { secret, now: () => AT_S * 1000 });

describe('webhook: signed by the service', () => {
  test('as text, as bytes, with headers of any kind -> the event', async () => {
    const plain = await headersFor();
    const event = JSON.parse(BODY) as unknown;
    await expect(verify(BODY, plain)).resolves.toEqual(event);
    await expect(verify(new TextEncoder().encode(BODY), new Headers(plain))).resolves.toEqual(event);
    await expect(verify(BODY, Object.fromEntries(Object.entries(plain).map(([name, value]) => [name.toUpperCase(), [value]])))).resolves.toEqual(event);
  });

  test('several signatures, of an old secret and of other versions -> one that is right is enough', async () => {
    const old = await sign(`evt_1.${AT_S}.${BODY}`, `whsec_${btoa('another secret, of another time.')}`);
    const right = await sign(`evt_1.${AT_S}.${BODY}`);
    await expect(verify(BODY, await headersFor({ 'webhook-signature': `v2,abc ${old} ${right}` }))).resolves.toMatchObject({ type: 'payment.processed' });
  });

  test('at the edge of the tolerance -> believed; a second beyond, to either side -> not', async () => {
    for (const [offsetS, believed] of [[300, true], [-300, true], [301, false], [-301, false]] as const) {
      const verdict = verifyWebhook(BODY, await headersFor(), { secret: SECRET, now: () => (AT_S + offsetS) * 1000 });
      await (believed ? expect(verdict).resolves.toBeDefined() : expect(verdict).rejects.toThrow(WebhookError));
    }
  });
});

describe('webhook: not believed', () => {
  test.each<[string, string, Readonly<Record<string, string | undefined>>]>([
    ['another body', BODY.replace('processed', 'failed'), {}],
    ['another id', BODY, { 'webhook-id': 'evt_2' }],
    ['another time', BODY, { 'webhook-timestamp': String(AT_S + 1) }],
    ['a time that is none', BODY, { 'webhook-timestamp': 'yesterday' }],
    ['a time in another notation', BODY, { 'webhook-timestamp': '1.7e9' }],
    ['no signature', BODY, { 'webhook-signature': undefined }],
    ['no id', BODY, { 'webhook-id': undefined }],
    ['no time', BODY, { 'webhook-timestamp': undefined }],
    ['an empty signature', BODY, { 'webhook-signature': 'v1,' }],
    ['a signature that is not base64', BODY, { 'webhook-signature': 'v1,%%%' }],
  ])('%s', async (_what, body, changes) => {
    await expect(verify(body, await headersFor(changes))).rejects.toThrow(WebhookError);
  });

  test('a right signature under another version', async () => {
    const headers = await headersFor();
    await expect(verify(BODY, { ...headers, 'webhook-signature': headers['webhook-signature']?.replace('v1,', 'v1a,') })).rejects.toThrow(WebhookError);
  });

  test('a right signature behind sixteen wrong ones', async () => {
    const right = await sign(`evt_1.${AT_S}.${BODY}`);
    await expect(verify(BODY, await headersFor({ 'webhook-signature': `${'v1,AAAA '.repeat(16)}${right}` }))).rejects.toThrow(WebhookError);
  });

  test.each(['', 'whsec_', 'whsec_%%%'])('the secret is %j -> said, never an empty key', async (secret) => {
    await expect(verify(BODY, await headersFor(), secret)).rejects.toThrow(WebhookError);
  });
});
