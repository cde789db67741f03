// The client library against the library that signs: both believe the same, and neither what the other refuses.
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { verifyWebhook, WebhookError } from '@understudy/api/client';

const secret = `whsec_${randomBytes(24).toString('base64')}`;
const theirs = new Webhook(secret);
const ours = (body: string, headers: Record<string, string>) => verifyWebhook(body, headers, { secret });
const signed = (body: string, at = new Date()): Record<string, string> => ({
  'webhook-id': 'evt_0', 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': theirs.sign('evt_0', at, body),
});

describe('webhook: against the library of the convention', () => {
  test.each(['{}', '{"type":"payment.processed","data":{"transaction_id":"a"}}', '{"text":"\u00fc \u{1F4B3}"}'])('it signs %s -> believed by both', async (body) => {
    expect(theirs.verify(body, signed(body))).toEqual(JSON.parse(body));
    await expect(ours(body, signed(body))).resolves.toEqual(JSON.parse(body));
  });

  test.each<[string, (headers: Record<string, string>) => Record<string, string>]>([
    ['one character of the signature is another', (headers) => ({ ...headers, 'webhook-signature': headers['webhook-signature']?.replace(/.{2}=?$/, 'AA=') ?? '' })],
    ['the id is another', (headers) => ({ ...headers, 'webhook-id': 'evt_1' })],
    ['it is too old', () => signed('{}', new Date(Date.now() - 310_000))],
    ['it is from the future', () => signed('{}', new Date(Date.now() + 310_000))],
    ['another secret signed it', (headers) => ({ ...headers, 'webhook-signature': new Webhook(randomBytes(24).toString('base64')).sign('evt_0', new Date(), '{}') })],
  ])('%s -> refused by both', async (_what, change) => {
    const headers = change(signed('{}'));
    expect(() => theirs.verify('{}', headers)).toThrow();
    await expect(ours('{}', headers)).rejects.toThrow(WebhookError);
  });
});
