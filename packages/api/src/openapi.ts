// The OpenAPI 3.1 document of what exists now. It is data made once from the routes, the error codes and the schemas;
// it promises nothing that is not built.
import { errorStatus } from './error-codes.ts';
import type { ErrorCode } from './error-codes.ts';
import { idPattern, ref, schemas } from './openapi-schemas.ts';
import type { Schema } from './openapi-schemas.ts';
import { routes } from './routes.ts';
import type { OperationName, Route } from './routes.ts';

export interface OpenapiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>;
  readonly content: { readonly 'application/json': { readonly schema: Schema } };
}

export interface OpenapiOperation {
  readonly operationId: OperationName;
  readonly summary: string;
  /** The scope that the key needs; nothing when none is needed. */
  readonly security: readonly unknown[];
  readonly parameters?: readonly unknown[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, OpenapiResponse>>;
}

export interface OpenapiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly security: readonly unknown[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenapiOperation>>>>;
  readonly components: { readonly securitySchemes: unknown; readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly summary: string;
  readonly request?: 'PaymentRequest' | 'ProcessRequest' | 'SessionRequest' | 'WebhookRequest' | 'RefundRequest';
  /** Parameters of the query. */
  readonly query?: readonly object[];
  readonly answers: Readonly<Record<number, readonly [description: string, ...schemaNames: string[]]>>;
  readonly errors: readonly ErrorCode[];
}

const everywhere: readonly ErrorCode[] = ['unauthorized', 'forbidden', 'throttled', 'internal_error', 'unavailable'];
const accepting: readonly ErrorCode[] = ['invalid_request', 'idempotency_conflict', 'session_expired', 'session_in_use', 'session_paid', 'too_large', ...everywhere];

const operations: Readonly<Record<OperationName, Operation>> = {
  acceptPayment: {
    summary: 'Accept a payment; it is charged afterwards',
    request: 'PaymentRequest',
    answers: { 202: ['Accepted, new', 'Accepted'], 200: ['The same request again: the same body', 'Accepted'] },
    errors: accepting,
  },
  readPayment: {
    summary: 'Read a payment, strongly: never a false 404',
    answers: { 200: ['The payment', 'Payment', 'Cancelled'] },
    errors: ['invalid_request', 'not_found', 'gone', ...everywhere],
  },
  readReceipt: {
    summary: 'The receipt of a processed payment, in whichever region it is. It is written soon after the charge is in the books; until then 404',
    answers: { 200: ['The receipt, as it was published', 'Receipt'] },
    errors: ['invalid_request', 'not_found', 'gone', ...everywhere],
  },
  listPayments: {
    summary: 'List the payments of a customer, newest first. The newest may be missing for a moment; what is listed is read strongly. A page may be short and still have a next',
    query: [
      { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
      { name: 'cursor', in: 'query', schema: { type: 'string' }, description: 'A next_cursor, as it was given.' },
    ],
    answers: { 200: ['One page', 'Payments'] },
    errors: ['invalid_request', ...everywhere],
  },
  cancelPayment: {
    summary: 'Cancel a payment that is not decided, or spend an id that was never seen',
    answers: { 200: ['Cancelled, for good', 'Cancelled'] },
    errors: ['invalid_request', 'already_decided', 'idempotency_conflict', ...everywhere],
  },
  acceptRefund: {
    summary: 'Give a processed payment back, in whole or in part. Idempotent on refund_id; accepted refunds never exceed the charge',
    request: 'RefundRequest',
    answers: { 202: ['Accepted, new', 'RefundAccepted'], 200: ['The same request again: the same body', 'RefundAccepted'] },
    errors: ['invalid_request', 'not_found', 'idempotency_conflict', 'exceeds_charge', 'not_refundable', 'too_large', ...everywhere],
  },
  listRefunds: {
    summary: 'The refunds of a payment in the order of their acceptance, read strongly',
    answers: { 200: ['At most 100', 'Refunds'] },
    errors: ['invalid_request', 'not_found', 'gone', ...everywhere],
  },
  validatePayment: {
    summary: 'Validate and accept a payment. This leads to a charge, exactly as POST /payments does',
    request: 'PaymentRequest',
    answers: { 200: ['Valid, and accepted', 'Validated'] },
    errors: accepting,
  },
  processPayment: {
    summary: 'Accept a payment and wait for its outcome',
    request: 'ProcessRequest',
    answers: { 200: ['Charged and in the books', 'Processed'], 202: ['Accepted; the outcome takes longer', 'Accepted'] },
    errors: ['declined', 'already_decided', ...accepting],
  },
  openSession: {
    summary: 'Open a checkout session, to be paid once. A 503 promises nothing: open another',
    request: 'SessionRequest',
    answers: { 201: ['Open; valid in both regions at once', 'Session'] },
    errors: ['invalid_request', 'too_large', ...everywhere],
  },
  readSession: {
    summary: 'Read a checkout session',
    answers: { 200: ['The session', 'Session'] },
    errors: ['invalid_request', 'not_found', ...everywhere],
  },
  addWebhook: {
    summary: 'Ask to be told what becomes of payments, signed by the Standard Webhooks convention. After a 503 the list says whether it stands',
    request: 'WebhookRequest',
    answers: { 201: ['Made; its secret is shown this once', 'NewWebhook'] },
    errors: ['invalid_request', 'webhook_exists', 'too_many_webhooks', 'too_large', ...everywhere],
  },
  listWebhooks: { summary: 'The webhook endpoints of this key\'s mode', answers: { 200: ['All of them', 'Webhooks'] }, errors: everywhere },
  removeWebhook: {
    summary: 'Tell an endpoint nothing more',
    answers: { 200: ['Removed', 'RemovedWebhook'] },
    errors: ['not_found', ...everywhere],
  },
  checkHealth: {
    summary: 'Whether clients should come to this region',
    answers: { 200: ['It accepts payments', 'Healthy'], 503: ['Go to the other region', 'Unhealthy'] },
    errors: [],
  },
  readOpenapi: { summary: 'This document', answers: { 200: ['An OpenAPI 3.1 document'] }, errors: [] },
};

const schemaOf = (names: readonly string[]): Schema => {
  const [only] = names;
  if (only === undefined) return { type: 'object' };
  return names.length === 1 ? ref(only) : { oneOf: names.map(ref) };
};

const retryAfter = { 'Retry-After': { description: 'Seconds to wait before the same request is sent again.', schema: { type: 'integer' } as const } };

function responsesOf(operation: Operation): Record<string, OpenapiResponse> {
  const responses: Record<string, OpenapiResponse> = {};
  for (const [status, [description, ...names]] of Object.entries(operation.answers)) {
    responses[status] = { description, content: { 'application/json': { schema: schemaOf(names) } } };
  }
  for (const status of new Set(operation.errors.map((code) => errorStatus[code]))) {
    const codes = operation.errors.filter((code) => errorStatus[code] === status);
    responses[status] = {
      description: codes.join(', '),
      ...(status === errorStatus.unavailable ? { headers: retryAfter } : {}),
      content: { 'application/json': { schema: ref('Error') } },
    };
  }
  return responses;
}

/** Every id in a path has the same form. */
const pathIds = (path: string): readonly object[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string', pattern: idPattern } }));

function operationOf(name: OperationName): OpenapiOperation {
  const operation = operations[name];
  const { path, scope }: Route = routes[name];
  const parameters = [...pathIds(path), ...(operation.query ?? [])];
  return {
    operationId: name,
    summary: operation.summary,
    security: scope === null ? [] : [{ apiKey: [scope] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.request ? { requestBody: { required: true, content: { 'application/json': { schema: ref(operation.request) } } } } : {}),
    responses: responsesOf(operation),
  };
}

function pathsOf(): OpenapiDocument['paths'] {
  const paths: Record<string, Record<string, OpenapiOperation>> = {};
  for (const name of Object.keys(routes) as OperationName[]) {
    const { path, method }: Route = routes[name];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name) };
  }
  return paths;
}

export const openapiDocument: OpenapiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'Understudy',
    version: '0.1.0',
    description: 'Payments that survive losing an AWS region. A 503 or no answer means that the outcome is unknown: send the same transaction_id again, to either region, or cancel it.',
  },
  security: [{ apiKey: [] }],
  paths: pathsOf(),
  components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'Authorization: Bearer us_live_... or us_test_... . A requirement names the scope that the key needs; admin permits all. Payments of the two modes do not see each other.' } }, schemas },
};
