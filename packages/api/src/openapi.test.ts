import { expect, test } from 'vitest';
import { customerId, epochMs, epochOf, merchantId, minorUnits, receiptText, refundId, transactionId } from '@understudy/core';
import type { DecidedPayment, Endpoint, Payment, Refund } from '@understudy/core';
import { acceptedBody, acceptedRefundBody, newWebhookBody, removedWebhookBody, webhooksBody, cancelledBody, errorBody, errorStatus, healthBody, invalidRequestBody, openapiDocument, paymentBody, paymentsBody, processedBody, refundsBody, routes, validatedBody } from './index.ts';
import type { Schema } from './index.ts';

/** What a value breaks of a schema, as sentences. Knows the keywords that the document uses, and fails on any other. */
function breaches(schema: Schema, value: unknown, at = '$'): string[] {
  const known = new Set(['$ref', 'type', 'description', 'required', 'properties', 'additionalProperties', 'items', 'oneOf', 'enum', 'const', 'pattern', 'format', 'minimum', 'maximum']);
  const strange = Object.keys(schema).filter((keyword) => !known.has(keyword));
  if (strange.length > 0) return [`${at}: unknown keywords ${strange.join()}`];
  if (schema.$ref !== undefined) {
    const target = openapiDocument.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    return target ? breaches(target, value, at) : [`${at}: dangling ${schema.$ref}`];
  }
  if (schema.oneOf) {
    const fitting = schema.oneOf.filter((option) => breaches(option, value, at).length === 0);
    return fitting.length === 1 ? [] : [`${at}: fits ${fitting.length} of ${schema.oneOf.length}`];
  }
  const found: string[] = [];
  const actual = Array.isArray(value) ? 'array' : Number.isInteger(value) && schema.type === 'integer' ? 'integer' : typeof value;
  if (schema.type !== undefined && schema.type !== actual) found.push(`${at}: is ${actual}, not ${schema.type}`);
  if (schema.const !== undefined && schema.const !== value) found.push(`${at}: is not ${schema.const}`);
  if (schema.enum && !schema.enum.includes(value as string)) found.push(`${at}: is none of ${schema.enum.join()}`);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) found.push(`${at}: does not match`);
  if (schema.format === 'date-time' && new Date(String(value)).toISOString() !== value) found.push(`${at}: is no time`);
  if (Array.isArray(value)) return [...found, ...value.flatMap((item, i) => breaches(schema.items ?? {}, item, `${at}[${i}]`))];
  if (typeof value !== 'object' || value === null) return found;
  for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) found.push(`${at}.${name}: is missing`);
  for (const [name, part] of Object.entries(value)) {
    const property = schema.properties?.[name];
    if (property) found.push(...breaches(property, part, `${at}.${name}`));
    else if (schema.additionalProperties === false) found.push(`${at}.${name}: is not allowed`);
  }
  return found;
}

const schemaOf = (route: { readonly method: string; readonly path: string }, status: number): Schema => {
  const response = openapiDocument.paths[route.path]?.[route.method.toLowerCase()]?.responses[status];
  if (!response) throw new Error(`${route.method} ${route.path} does not document ${status}`);
  return response.content['application/json'].schema;
};
/** Through JSON, as it travels. */
const sent = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

const key = { merchantId: merchantId('m1'), transactionId: transactionId('t:1') };
const acceptedAt = epochMs(1_767_614_400_123);
const accepted: Payment & { acceptance: NonNullable<Payment['acceptance']> } = {
  ...key,
  acceptance: {
    customerId: customerId('c1'), amount: { minor: minorUnits(1000n), currency: 'USD' }, paymentMethod: 'tok_1', fingerprint: 'f'.repeat(64),
    acceptedAt, acceptedRegion: 'us-east-2', settleBefore: epochMs(acceptedAt + 1), live: false,
  },
  postedEpoch: epochOf(0), inWork: true, attempts: 0,
};
const decided = (outcome: 'processed' | 'failed' | 'cancelled', code?: string): DecidedPayment => ({
  ...accepted,
  decision: { outcome, ...(code === undefined ? {} : { code }), decidedAt: acceptedAt, businessDate: '2026-01-05' as never },
});
const settled = (payment: Payment): Payment => ({ ...payment, postedEpoch: epochOf(1), settledAt: epochMs(acceptedAt + 5000), settledRegion: 'us-east-1' });
const { payment_method: _left_out, ...withoutMethod } = paymentBody(accepted) as unknown as Record<string, unknown>;

const endpoint: Endpoint = { id: 'wh_1', url: 'https://shop.example/', live: true, keyId: 'k1', createdAt: acceptedAt };
const decidedRefund = { outcome: 'processed' as const, decidedAt: acceptedAt, businessDate: '2026-01-05' as never };
const refund: Refund = { refundId: refundId('r:1'), amountMinor: minorUnits(350n), acceptedAt, acceptedRegion: 'us-east-1', posted: false, decision: decidedRefund };

const spent: Payment = { ...key, decision: decided('cancelled').decision, postedEpoch: epochOf(0), inWork: false, attempts: 0 };

test.each<[string, Schema, unknown]>([
  ['accepted', schemaOf(routes.acceptPayment, 202), acceptedBody(accepted)],
  ['accepted again', schemaOf(routes.acceptPayment, 200), acceptedBody({ ...accepted, ...settled(decided('processed')), acceptance: accepted.acceptance })],
  ['slow process', schemaOf(routes.processPayment, 202), acceptedBody(accepted)],
  ['read accepted', schemaOf(routes.readPayment, 200), paymentBody(accepted)],
  ['read without a method', schemaOf(routes.readPayment, 200), withoutMethod],
  ['read processed', schemaOf(routes.readPayment, 200), paymentBody(settled(decided('processed')))],
  ['read failed', schemaOf(routes.readPayment, 200), paymentBody(settled(decided('failed', 'insufficient_funds')))],
  ['read cancelled', schemaOf(routes.readPayment, 200), paymentBody(decided('cancelled', 'cancelled'))],
  ['read quarantined', schemaOf(routes.readPayment, 200), paymentBody({ ...accepted, quarantine: { reason: 'x', at: acceptedAt, epoch: epochOf(1) } })],
  ['the receipt of a payment', schemaOf(routes.readReceipt, 200), JSON.parse(receiptText({ ...key, customerId: customerId('c1'), live: false, amountMinor: 1000n, currency: 'USD', decidedAt: acceptedAt, businessDate: '2026-01-05' as never }))],
  ['one page of payments', schemaOf(routes.listPayments, 200), paymentsBody([accepted], 'cursor')],
  ['the last page of payments', schemaOf(routes.listPayments, 200), paymentsBody([], undefined)],
  ['read a spent id', schemaOf(routes.readPayment, 200), paymentBody(spent)],
  ['cancelled', schemaOf(routes.cancelPayment, 200), cancelledBody(key.transactionId)],
  ['refund accepted', schemaOf(routes.acceptRefund, 202), acceptedRefundBody(accepted, refund)],
  ['refunds', schemaOf(routes.listRefunds, 200), refundsBody(accepted, [refund, { ...refund, posted: true }, { ...refund, posted: true, decision: { ...decidedRefund, outcome: 'failed', code: 'x' } }])],
  ['validated', schemaOf(routes.validatePayment, 200), validatedBody(key.transactionId)],
  ['processed', schemaOf(routes.processPayment, 200), processedBody(key.transactionId, acceptedAt)],
  ['webhook added', schemaOf(routes.addWebhook, 201), newWebhookBody(endpoint, 'whsec_c2VjcmV0')],
  ['webhooks listed', schemaOf(routes.listWebhooks, 200), webhooksBody([endpoint, { ...endpoint, events: ['payment.failed'] }])],
  ['webhook removed', schemaOf(routes.removeWebhook, 200), removedWebhookBody('wh_1')],
  ['healthy', schemaOf(routes.checkHealth, 200), healthBody({ healthy: true }, { region: 'us-east-1', active: true })],
  ['unhealthy', schemaOf(routes.checkHealth, 503), healthBody({ healthy: false, reason: 'not_active' }, { region: 'us-east-1', active: false })],
  ['declined', schemaOf(routes.processPayment, 402), errorBody('declined', 'no')],
  ['one fault', schemaOf(routes.acceptPayment, 400), invalidRequestBody([{ field: 'amount', message: 'amount is required' }])],
  ['many faults', schemaOf(routes.acceptPayment, 400), invalidRequestBody([{ message: 'a' }, { field: 'b', message: 'b' }])],
  ['openapi', schemaOf(routes.readOpenapi, 200), openapiDocument],
])('openapi: the body of "%s" -> fits its schema', (_name, schema, body) => {
  expect(breaches(schema, sent(body))).toEqual([]);
});

test('openapi: a body that lacks or adds a field -> the check bites', () => {
  const schema = schemaOf(routes.acceptPayment, 202);
  const { region: _region, ...lacking } = acceptedBody(accepted);
  expect(breaches(schema, lacking)).toEqual(['$.region: is missing']);
  expect(breaches(schema, { ...acceptedBody(accepted), card: 'x' })).toEqual(['$.card: is not allowed']);
});

test('openapi: every error code -> documented under its own status by some operation', () => {
  const documented = new Set<string>();
  for (const path of Object.values(openapiDocument.paths)) {
    for (const operation of Object.values(path)) {
      for (const [status, response] of Object.entries(operation.responses)) {
        for (const code of response.description.split(', ')) if (errorStatus[code as keyof typeof errorStatus] === Number(status)) documented.add(code);
      }
    }
  }
  expect([...documented].sort()).toEqual(Object.keys(errorStatus).sort());
});

test('openapi: only health and the document itself -> need no key', () => {
  const open = Object.entries(openapiDocument.paths).filter(([, path]) => Object.values(path).some((operation) => operation.security?.length === 0)).map(([path]) => path);
  expect(open.sort()).toEqual(['/health', '/openapi.json']);
});

test('payment body: an outcome that is decided but not in the books -> still shown as accepted', () => {
  expect(paymentBody(decided('processed'))).toMatchObject({ status: 'accepted', amount: '10.00', accepted_at: '2026-01-05T12:00:00.123Z' });
  expect(paymentBody(decided('failed', 'insufficient_funds'))).not.toHaveProperty('error');
  expect(paymentBody(settled(decided('failed', 'insufficient_funds')))).toMatchObject({ status: 'failed', error: 'insufficient_funds', settled_at: '2026-01-05T12:00:05.123Z', settled_region: 'us-east-1' });
});

test('payment body: a repeat after the outcome -> the answer of the acceptance is the same as the first', () => {
  expect(acceptedBody({ ...accepted, ...settled(decided('processed')), acceptance: accepted.acceptance })).toEqual(acceptedBody(accepted));
});

test('processed body: milliseconds -> whole seconds', () => {
  expect(processedBody(key.transactionId, acceptedAt).timestamp).toBe(1_767_614_400);
});
