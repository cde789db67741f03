/**
 * The API is what its document says: asked for at a running region, read by an ordinary JSON Schema library, and held
 * against what the API does. Whatever the document allows is not refused as malformed, whatever it forbids is refused
 * and the field named, and every answer has a documented status and body.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { routes } from '@understudy/api';
import type { OpenapiDocument, OpenapiOperation, OperationName, Schema } from '@understudy/api';
import { RunningTwin } from '../drill/running-twin.ts';
import { doorsOf, payment } from './client.ts';
import type { Answer, Doors } from './client.ts';

let twin: RunningTwin;
let doors: Doors;
let document: OpenapiDocument;
let ajv: Ajv2020;

beforeAll(async () => {
  twin = await RunningTwin.start();
  doors = doorsOf(twin);
  document = (await doors.east2.call('/openapi.json', { key: '' })).body as unknown as OpenapiDocument;
  ajv = new Ajv2020({ strict: true, allErrors: true, formats: { 'date-time': (text: string) => new Date(text).toISOString() === text, uri: (text: string) => URL.canParse(text) } });
  ajv.addVocabulary(['components']);
  ajv.addSchema({ $id: 'openapi', components: document.components }, 'openapi');
});

afterAll(() => twin?.stop());

interface Operation {
  readonly name: OperationName;
  readonly method: string;
  readonly path: string;
  readonly spec: OpenapiOperation;
}

function operations(): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, spec]) => ({ name: spec.operationId, method: method.toUpperCase(), path, spec })));
}

const compiled = (schema: Schema): ValidateFunction =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/')) as object);

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
}

async function ask(operation: Operation, { method, path, body, key }: Request): Promise<Answer> {
  const answer = await doors.api.call(path, { method, ...(body === undefined ? {} : { body }), ...(key === undefined ? {} : { key }) });
  const documented = operation.spec.responses[String(answer.status)];
  expect(documented, `${operation.name} answers ${answer.status}, which its document does not name: ${JSON.stringify(answer.body)}`).toBeDefined();
  if (documented?.content) {
    const valid = compiled(documented.content['application/json'].schema);
    expect(valid(answer.body), `${operation.name} ${answer.status} ${JSON.stringify(answer.body)}: ${ajv.errorsText(valid.errors)}`).toBe(true);
  }
  if (answer.status === 503 && documented?.headers) expect(answer.retryAfter).toMatch(/^\d+$/);
  return answer;
}

let serial = 0;
const freshId = (): string => `openapi-${(serial += 1)}`;

/** A request that should succeed: what it needs first, its path and its body. */
const wellFormed: { readonly [N in OperationName]: () => Promise<{ readonly path?: Readonly<Record<string, string>>; readonly query?: string; readonly body?: Readonly<Record<string, unknown>> }> } = {
  acceptPayment: async () => ({ body: payment(freshId()) }),
  validatePayment: async () => ({ body: payment(freshId()) }),
  processPayment: async () => ({ body: payment(freshId()) }),
  readPayment: async () => ({ path: { transaction_id: await paid() } }),
  readReceipt: async () => ({ path: { transaction_id: await (receipted ??= withReceipt()) } }),
  cancelPayment: async () => ({ path: { transaction_id: freshId() } }),
  acceptRefund: async () => ({ path: { transaction_id: await paid() }, body: { refund_id: freshId(), amount: '1.00' } }),
  listRefunds: async () => ({ path: { transaction_id: await paid() } }),
  listPayments: async () => ({ path: { customer_id: 'customer-1' }, query: '?limit=5' }),
  openSession: async () => ({ body: { customer_id: 'customer-1', amount: '10.00', currency: 'USD', expires_in_s: 600 } }),
  readSession: async () => ({ path: { session_id: String((await doors.api.call('/sessions', { body: { customer_id: 'customer-1', amount: '10.00', currency: 'USD' } })).body['session_id']) } }),
  addWebhook: async () => ({ body: { url: await webhookUrl(), events: ['payment.processed'] } }),
  listWebhooks: async () => ({}),
  removeWebhook: async () => ({ path: { webhook_id: String((await doors.api.call('/webhooks', { body: { url: await webhookUrl() } })).body['webhook_id']) } }),
  checkHealth: async () => ({}),
  readOpenapi: async () => ({}),
};

/** An address that needs no name server. Earlier endpoints are removed first: a merchant may have only so many. */
async function webhookUrl(): Promise<string> {
  const { webhooks = [] } = (await doors.api.call('/webhooks')).body as { webhooks?: readonly { readonly webhook_id: string }[] };
  for (const { webhook_id: id } of webhooks) await doors.api.call(`/webhooks/${id}`, { method: 'DELETE' });
  return 'https://93.184.215.14/hooks';
}

async function paid(): Promise<string> {
  const id = freshId();
  expect((await doors.api.pay(payment(id), '/process')).status).toBe(200);
  return id;
}

let receipted: Promise<string> | undefined;

/** A receipt is written by the next pass of publishing. */
async function withReceipt(): Promise<string> {
  const id = await paid();
  await vi.waitFor(async () => expect((await doors.east2.call(`/payments/${id}/receipt`)).status).toBe(200), { timeout: 60_000, interval: 250 });
  return id;
}

async function requestOf(operation: Operation): Promise<Request> {
  const { path = {}, query = '', body } = await wellFormed[operation.name]();
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
  return { method: operation.method, path: `${filled}${query}`, ...(body === undefined ? {} : { body }) };
}

const bodySchemaOf = ({ spec }: Operation): Schema | undefined =>
  (spec.requestBody as { content: { 'application/json': { schema: Schema } } } | undefined)?.content['application/json'].schema;

const propertiesOf = (schema: Schema): readonly string[] => {
  const target = schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
  return Object.keys(target?.properties ?? {});
};

const strange: readonly unknown[] = [null, true, 7.5, -1, 'a b', '', 'x'.repeat(200), [], ['x'], {}, { a: 1 }];

/** One field left out, replaced by something strange, or added. */
function mutantsOf(body: Readonly<Record<string, unknown>>, fields: readonly string[]): readonly { readonly field: string; readonly body: Readonly<Record<string, unknown>> }[] {
  const without = (field: string) => Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));
  return [
    ...fields.flatMap((field) => [{ field, body: without(field) }, ...strange.map((value) => ({ field, body: { ...body, [field]: value } }))]),
    { field: 'surplus', body: { ...body, surplus: 1 } },
  ];
}

test('document: every route is in it, and nothing else', () => {
  expect(operations().map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(Object.values(routes).map(({ method, path }) => `${method} ${path}`).toSorted());
  expect(operations().map(({ name }) => name).toSorted()).toEqual(Object.keys(wellFormed).toSorted());
});

test.each(Object.keys(wellFormed) as OperationName[])('%s: a request as documented -> a documented success', async (name) => {
  const operation = operations().find((candidate) => candidate.name === name) as Operation;
  const answer = await ask(operation, await requestOf(operation));
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
});

test.each(Object.keys(wellFormed) as OperationName[])('%s: no key, and a key that is none -> 401 unless it is open to all', async (name) => {
  const operation = operations().find((candidate) => candidate.name === name) as Operation;
  const request = await requestOf(operation);
  for (const key of ['', 'us_test_nothing']) {
    const answer = await ask(operation, { ...request, key });
    if (operation.spec.security?.length === 0) expect(answer.status).toBe(200);
    else expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  }
});

test.each(Object.keys(wellFormed) as OperationName[])('%s: each field missing, strange or surplus -> 400 that names it where the document forbids it, and no 400 where it allows it', async (name) => {
  const operation = operations().find((candidate) => candidate.name === name) as Operation;
  const schema = bodySchemaOf(operation);
  if (!schema) {
    expect((await requestOf(operation)).body).toBeUndefined();
    return;
  }
  const valid = compiled(schema);
  const counts = { forbidden: 0, allowed: 0 };
  const request = await requestOf(operation);
  expect(valid(request.body), ajv.errorsText(valid.errors)).toBe(true);
  for (const mutant of mutantsOf(request.body as Record<string, unknown>, propertiesOf(schema))) {
    const answer = await ask(operation, { ...request, body: mutant.body });
    const said = `${JSON.stringify(mutant.body)} -> ${answer.status} ${JSON.stringify(answer.body)}`;
    if (valid(mutant.body)) {
      counts.allowed += 1;
      // What a schema cannot say, such as the currencies on offer or a session that exists, is refused by name as well.
      if (answer.status === 400) expect(answer.body['field'], said).toBe(mutant.field);
    } else {
      counts.forbidden += 1;
      expect(answer, said).toMatchObject({ status: 400, body: { code: 'invalid_request', field: mutant.field } });
    }
  }
  expect(counts.forbidden).toBeGreaterThan(propertiesOf(schema).length);
});

test.each(Object.keys(wellFormed) as OperationName[])('%s: path parameters that its document forbids -> 400 or 404, never a success', async (name) => {
  const operation = operations().find((candidate) => candidate.name === name) as Operation;
  const parameters = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => parameter);
  expect((operation.spec.parameters ?? []).filter((parameter) => (parameter as { in: string }).in === 'path').map((parameter) => (parameter as { name: string }).name)).toEqual(parameters);
  const request = await requestOf(operation);
  for (const parameter of parameters) {
    for (const text of ['a b', 'x'.repeat(129), 'ä', "';--", 'a%']) {
      const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, other: string) => encodeURIComponent(other === parameter ? text : 'known'));
      expect([400, 404]).toContain((await ask(operation, { ...request, path })).status);
    }
  }
});
