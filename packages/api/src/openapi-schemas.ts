// The bodies of the contract as JSON Schema 2020-12, for the OpenAPI document. Checked against what the presenters
// really make in openapi.test.ts.
import { eventNames } from '@understudy/core';
import { errorStatus } from './error-codes.ts';

/** The part of JSON Schema that is used here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'string' | 'number' | 'integer' | 'boolean' | 'array';
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export const idPattern = '^(?!\\.{1,2}$)[A-Za-z0-9._:-]{1,128}$';
const methodPattern = '^[A-Za-z0-9._:-]{1,64}$';

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const id = (description: string): Schema => ({ type: 'string', pattern: idPattern, description });
const time: Schema = { type: 'string', format: 'date-time' };
const region: Schema = { type: 'string', enum: ['us-east-1', 'us-east-2'] };
const decimal = (description: string): Schema => ({ type: 'string', pattern: '^\\d{1,15}(\\.\\d{1,30})?$', description });
const word = (value: string): Schema => ({ type: 'string', const: value });

/** An object that has only these fields; those whose name ends in `?` may be left out. */
function object(fields: Readonly<Record<string, Schema>>, description?: string): Schema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), fields[name] ?? {}])),
    additionalProperties: false,
  };
}

const requestFields = {
  transaction_id: id('Names the payment. The same id is the same payment for ever, whichever region is asked.'),
  customer_id: id('Who pays.'),
  amount: {
    oneOf: [decimal('A decimal string.'), { type: 'number', description: 'Written plainly, without an exponent; read exactly as written.' }],
    description: 'Greater than 0, with no more decimals than the currency has. More decimals are refused, never rounded.',
  },
  currency: { type: 'string', description: 'ISO 4217, upper case.' },
} as const satisfies Readonly<Record<string, Schema>>;
const method: Schema = { type: 'string', pattern: methodPattern, description: 'An opaque token. Card numbers are refused.' };
const session = id('Pays this checkout session, with its amount, currency and customer.');

const webhookId = id('Names the endpoint.');
const webhookUrl: Schema = { type: 'string', description: 'https, at a public address, port 443 or one from 1024.' };
const webhookEvents: Schema = { type: 'array', items: { type: 'string', enum: eventNames }, description: 'All when left out.' };
const webhook = (also: Readonly<Record<string, Schema>> = {}): Schema => object({ webhook_id: webhookId, url: webhookUrl, 'events?': webhookEvents, created_at: time, ...also });

const refundFields = { refund_id: id('As sent.'), transaction_id: id('Of the payment.'), amount: decimal('With all decimals of the payment\'s currency.') } as const;

export const schemas: Readonly<Record<string, Schema>> = {
  PaymentRequest: object({ ...requestFields, payment_method: method, 'session_id?': session }),
  ProcessRequest: object({ ...requestFields, 'payment_method?': method, 'session_id?': session }),
  SessionRequest: object({
    customer_id: requestFields.customer_id, amount: requestFields.amount, currency: requestFields.currency,
    'expires_in_s?': { type: 'integer', minimum: 10, maximum: 86_400, description: 'How long it can be paid: 1800 seconds unless told.' },
  }),
  Session: object({
    session_id: id('Names the session in both regions at once. Opaque, but not secret.'), customer_id: id('As sent.'), amount: decimal('With all decimals of its currency.'), currency: { type: 'string' },
    status: { type: 'string', enum: ['open', 'paid', 'expired'], description: 'A session whose payment is not decided is open. After a decline another payment may pay it.' },
    expires_at: time,
  }),
  Accepted: object(
    { transaction_id: id('As sent.'), status: word('accepted'), accepted_at: time, region },
    'Accepted is not authorised: the outcome follows. A repeat of the same request gets this same body.',
  ),
  Payment: object({
    transaction_id: id('As sent.'), customer_id: id('As sent.'), amount: decimal('With all decimals of its currency.'), currency: { type: 'string' }, 'payment_method?': method,
    status: { type: 'string', enum: ['accepted', 'processed', 'failed', 'cancelled', 'quarantined'] },
    accepted_at: time, accepted_region: region, 'settled_at?': time, 'settled_region?': region,
    'error?': { type: 'string', description: 'Why it failed: the acquirer\'s decline code, or `expired`.' },
  }),
  Receipt: object({
    receipt: word('payment'), live: { type: 'boolean', description: 'False when it was made with a test key: no money moved.' }, merchant_id: { type: 'string' },
    transaction_id: id('As sent.'), customer_id: id('As sent.'), amount: decimal('With all decimals of its currency.'), currency: { type: 'string' },
    business_date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'The day on which it was decided.' }, decided_at: time,
  }),
  Cancelled: object({ transaction_id: id('As sent.'), status: word('cancelled') }, 'Also stands for an id that was cancelled before it was ever accepted, and is spent.'),
  Payments: object({ payments: { type: 'array', items: ref('Payment') }, 'next_cursor?': { type: 'string', description: 'For the next page, which may be empty. Absent on the last.' } }),
  RefundRequest: object({ refund_id: id('Names the refund within its payment.'), 'amount?': { ...requestFields.amount, description: 'In the currency of the payment. Left out: all that is left of the charge.' } }),
  RefundAccepted: object({ ...refundFields, status: word('accepted') }, 'The outcome follows. A repeat of the same request gets this same body.'),
  Refunds: object({
    refunds: {
      type: 'array',
      items: object({
        ...refundFields, status: { type: 'string', enum: ['accepted', 'processed', 'failed'] },
        'error?': { type: 'string', description: 'Why it failed: the acquirer\'s code. Its amount may be refunded again, under another refund_id.' },
      }),
    },
  }),
  Validated: object({ message: word('Payment validated successfully'), transaction_id: id('As sent.') }),
  Processed: object({
    message: word('Payment processed successfully'), transaction_id: id('As sent.'), timestamp: { type: 'integer', description: 'Seconds since 1970 at which it was settled first.' },
  }),
  WebhookRequest: object({ url: webhookUrl, 'events?': webhookEvents }),
  Webhook: webhook(),
  NewWebhook: webhook({ secret: { type: 'string', pattern: '^whsec_[A-Za-z0-9+/]+=*$', description: 'Signs what is sent. Shown this once.' } }),
  Webhooks: object({ webhooks: { type: 'array', items: ref('Webhook') } }),
  RemovedWebhook: object({ webhook_id: webhookId, status: word('removed') }),
  Healthy: object({ status: word('healthy'), region, active: { type: 'boolean', description: 'Whether this region settles.' } }),
  Unhealthy: object({ status: word('unhealthy'), reason: { type: 'string', enum: ['cannot_accept', 'not_active'] }, region }),
  Error: object({
    error: { type: 'string', description: 'A sentence for a person.' },
    code: { type: 'string', enum: Object.keys(errorStatus) },
    'field?': { type: 'string' },
    'faults?': { type: 'array', items: object({ 'field?': { type: 'string' }, message: { type: 'string' } }) },
  }),
};
