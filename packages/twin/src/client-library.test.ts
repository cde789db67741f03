// The client library against what it has to agree with: the library that signs webhooks, so that both believe the same
// and neither what the other refuses; and the OpenAPI document, read by an ordinary JSON Schema library.
import { randomBytes } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { openapiDocument } from '@understudy/api';
import { PaymentClient, verifyWebhook, WebhookError } from '@understudy/api/client';
import type { PaymentRequest, ProcessRequest, RefundRequest, SessionRequest, WebhookRequest } from '@understudy/api/client';

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

describe('client: against the OpenAPI document', () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true, formats: { 'date-time': true, uri: true } });
  ajv.addVocabulary(['components']);
  ajv.addSchema({ $id: 'openapi', components: openapiDocument.components }, 'openapi');

  /** What the document says against this body; nothing when it is as documented. */
  function breaches(method: string, path: string, body: unknown): string {
    const operation = openapiDocument.paths[path]?.[method.toLowerCase()];
    const content = (operation?.requestBody as { readonly content: { readonly 'application/json': { readonly schema: object } } } | undefined)?.content['application/json'].schema;
    if (!content) return `${method} ${path} has no documented body`;
    const valid = ajv.compile(JSON.parse(JSON.stringify(content).replaceAll('"#/components/', '"openapi#/components/')) as object);
    return valid(body) ? '' : ajv.errorsText(valid.errors);
  }

  const required = { transaction_id: 'order-1', customer_id: 'customer-7', amount: '12.50', currency: 'USD' };
  // Whatever a caller can say: a field that is added to a type has to be added here.
  const payment: Required<PaymentRequest> = { ...required, payment_method: 'card_visa', session_id: 'cs_1' };
  const refund: Required<RefundRequest> = { refund_id: 'r-1', amount: '1.00' };
  const session: Required<SessionRequest> = { customer_id: 'customer-7', amount: '12.50', currency: 'USD', expires_in_s: 600 };
  const webhook: Required<WebhookRequest> = { url: 'https://shop.example/hooks', events: ['payment.processed'] };
  const unnamed: ProcessRequest = required;

  test.each<[string, string, (client: PaymentClient) => Promise<unknown>]>([
    ['pay', '/payments', (client) => client.pay(payment)],
    ['validate', '/validate', (client) => client.validate(payment)],
    ['process', '/process', (client) => client.process(payment)],
    ['process without a method', '/process', (client) => client.process(unnamed)],
    ['refund', '/payments/{transaction_id}/refunds', (client) => client.refund('order-1', refund)],
    ['refund of all that is left', '/payments/{transaction_id}/refunds', (client) => client.refund('order-1', { refund_id: 'r-1' })],
    ['open a session', '/sessions', (client) => client.openSession(session)],
    ['add a webhook', '/webhooks', (client) => client.addWebhook(webhook)],
  ])('%s -> sends what the document describes for %s', async (_what, path, call) => {
    const sent: { readonly method: string; readonly body: unknown }[] = [];
    const client = new PaymentClient({
      endpoints: ['https://near.example'], apiKey: 'us_test_key',
      world: { fetch: async (_url, { method, body = '' }) => { sent.push({ method, body: JSON.parse(body) }); return { status: 200, headers: { get: () => null }, text: async () => '{}' }; } },
    });
    await call(client);
    expect(sent).toHaveLength(1);
    for (const { method, body } of sent) expect(breaches(method, path, body)).toBe('');
  });

  test('a body that the document forbids -> seen', () => {
    expect(breaches('POST', '/payments', { ...payment, amount: true })).toMatch(/amount/);
    expect(breaches('POST', '/payments', { ...payment, card_number: 'x' })).toMatch(/additional/);
  });
});
