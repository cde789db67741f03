/**
 * The twin's control API, and the console that shows it: see the contract for every path.
 * Its own additions: `/desk/...`, /twin/load and /twin/drills, see errands.ts; GET /twin/connections (what the command line connects to), /twin/metrics?sinceMs=, /twin/links, /twin/processes; POST /twin/links/NAME {cut?, delayMs?}; POST /twin/regions/R/kill-process, /restore-process; and for
 * crash points POST /twin/regions/R/die-at {write, when, kind?}, GET /twin/regions/R/writes, /twin/regions/R/runtime.
 * Invariant: it listens on 127.0.0.1 and takes orders only from itself: a request that a foreign web page makes is refused.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isMerchantId, isPortFault, isRegion, merchantId, MERCHANT_RULE, paymentScopes, scopes } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { LedgerRefundRow } from '@understudy/adapters/postgres';
import { DELAY_MS_MAX } from '@understudy/console/contract';
import { Pages, whyForeign } from '@understudy/console/serve';
import * as v from 'valibot';
import { moments } from '../crash-points/crash-point.ts';
import { services } from '../network.ts';
import type { Service } from '../network.ts';
import { NotNow, UsageError } from '../options.ts';

import type { Twin } from '../twin.ts';
import { BadRequest, Errands } from './errands.ts';
import { streamEvents, streamLedger } from './streams.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
}

const BODY_BYTES_MAX = 16 * 1024;
const done: Answer = { status: 200, body: { ok: true } };

const serviceFault = v.strictObject({
  fail: v.optional(v.boolean('fail must be true or false'), false),
  delayMs: v.optional(v.pipe(v.number('delayMs must be a number'), v.minValue(0, 'delayMs must be 0 or more'), v.maxValue(DELAY_MS_MAX, `delayMs must be at most ${DELAY_MS_MAX}`))),
  drop: v.optional(v.picklist(['requests', 'replies', 'both'], 'drop must be requests, replies or both')),
});
const linkOrder = v.strictObject({
  cut: v.optional(v.boolean('cut must be true or false'), false),
  delayMs: v.optional(v.pipe(v.number('delayMs must be a number'), v.minValue(0, 'delayMs must be 0 or more'), v.maxValue(DELAY_MS_MAX, `delayMs must be at most ${DELAY_MS_MAX}`)), 0),
});
const crashOrder = v.strictObject({
  write: v.pipe(v.number('write must be a number'), v.safeInteger('write must be whole'), v.minValue(0, 'write must be 0 (never) or more')),
  when: v.picklist(moments, `when must be one of ${moments.join(', ')}`),
  kind: v.optional(v.string('kind must be a string')),
});
const publishInput = v.strictObject({ through: v.optional(v.pipe(v.string('through must be a day such as 2026-01-05'), v.isoDate('through must be a day such as 2026-01-05'))) });
const sentence = (name: string, charactersMax: number) => v.optional(v.pipe(v.string(`${name} must be a string`), v.minLength(1, `${name} must not be empty`), v.maxLength(charactersMax, `${name} must have at most ${charactersMax} characters`)));
const moveOrder = v.strictObject({
  to: v.optional(v.picklist(['us-east-1', 'us-east-2'], 'to must be us-east-1 or us-east-2')),
  fromEpoch: v.optional(v.pipe(v.number('fromEpoch must be a number'), v.safeInteger('fromEpoch must be whole'))),
  by: sentence('by', 200),
  reason: sentence('reason', 1000),
});
const wantedKey = v.strictObject({
  merchant: v.pipe(v.string('merchant must be a string'), v.check(isMerchantId, `merchant must be ${MERCHANT_RULE}`)),
  live: v.optional(v.boolean('live must be true or false'), false),
  scopes: v.optional(v.array(v.picklist(scopes, `each scope must be one of ${scopes.join(', ')}`), 'scopes must be a list'), [...paymentScopes]),
});

type Act = (twin: Twin, region: Region) => Promise<void> | void;
const regionActions: Readonly<Record<string, Act>> = {
  kill: (twin, region) => twin.kill(region),
  restore: (twin, region) => twin.restore(region),
  isolate: (twin, region) => twin.isolate(region),
  rejoin: (twin, region) => twin.rejoin(region),
  'kill-process': (twin, region) => twin.killProcess(region),
  'restore-process': (twin, region) => twin.restoreProcess(region),
};

export interface ControlApi {
  listen(port: number): Promise<void>;
  close(): Promise<void>;
}

export function createControlApi(twin: Twin): ControlApi {
  const pages = new Pages((sentence) => twin.events.emit('console_fault', { cause: sentence }));
  const errands = new Errands(twin);
  const server = createServer((request, response) => void serve({ twin, pages, errands }, request, response));
  return {
    listen: (port) => listen(server, port),
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await errands.close();
    },
  };
}

interface Served {
  readonly twin: Twin;
  readonly pages: Pages;
  readonly errands: Errands;
}

async function serve({ twin, pages, errands }: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const whyNot = whyForeign(request.headers);
    if (whyNot !== undefined) return send(response, { status: 403, body: { error: whyNot, code: 'forbidden' } });
    if (request.method === 'GET' && path === '/twin/events') return streamEvents(twin.events, request, response);
    const ledger = /^\/twin\/ledger\/([^/]+)\/(payments|refunds)$/.exec(path);
    if (request.method === 'GET' && ledger?.[2] === 'payments') return await streamLedger((after, limit) => twin.ledgerPage(regionOf(ledger[1]), { limit, ...(after && { after }) }), response);
    if (request.method === 'GET' && ledger) return await streamLedger<LedgerRefundRow>((after, limit) => twin.refundPage(regionOf(ledger[1]), { limit, ...(after && { after }) }), response);
    if (request.method === 'GET' && (await errands.serveReport(path, response))) return;
    const errand = await errands.answer(request, () => readJson(request));
    if (errand) return send(response, errand);
    if (request.method === 'GET' && pages.serve(path, response)) return;
    if (request.method !== 'GET' && request.method !== 'POST') return send(response, { status: 405, body: { error: 'the control API takes GET and POST', code: 'method_not_allowed' } });
    send(response, request.method === 'POST' ? await post(twin, path, request) : get(twin, path, request.url ?? ''));
  } catch (error) {
    send(response, refusalOf(error));
  }
}

function get(twin: Twin, path: string, url: string): Answer {
  const [, region, about] = /^\/twin\/regions\/([^/]+)\/(writes|runtime)$/.exec(path) ?? [];
  if (about) return { status: 200, body: about === 'writes' ? twin.writes(regionOf(region)) : twin.runtime(regionOf(region)) };
  switch (path) {
    case '/twin/state':
      return { status: 200, body: twin.state() };
    case '/twin/metrics':
      return { status: 200, body: twin.metricsSince(sinceOf(url)) };
    case '/twin/connections':
      return { status: 200, body: twin.connections() };
    case '/twin/links':
      return { status: 200, body: twin.network.links() };
    case '/twin/processes':
      return { status: 200, body: twin.pids() };
    default:
      return { status: 404, body: { error: 'there is no such path', code: 'not_found' } };
  }
}

async function post(twin: Twin, path: string, request: IncomingMessage): Promise<Answer> {
  const body = await readJson(request);
  const service = /^\/twin\/regions\/([^/]+)\/services\/([^/]+)$/.exec(path);
  if (service) {
    await twin.breakService(regionOf(service[1]), serviceOf(service[2]), read(serviceFault, body));
    return done;
  }
  const link = /^\/twin\/links\/([^/]+)$/.exec(path)?.[1];
  if (link !== undefined) return twin.breakLink(link, read(linkOrder, body)) ? done : { status: 404, body: { error: `there is no link ${link}`, code: 'not_found' } };
  const action = /^\/twin\/regions\/([^/]+)\/([^/]+)$/.exec(path);
  const act = regionActions[action?.[2] ?? ''];
  if (action?.[2] === 'die-at') {
    twin.dieAt(regionOf(action[1]), { command: 'die_at', ...read(crashOrder, body) });
    return done;
  }
  if (action?.[2] === 'publish') return { status: 200, body: await twin.publish(regionOf(action[1]), read(publishInput, body)) };
  if (action && act) {
    await act(twin, regionOf(action[1]));
    return done;
  }
  switch (path) {
    case '/twin/witness/kill':
      await twin.killWitness();
      return done;
    case '/twin/witness/restore':
      await twin.restoreWitness();
      return done;
    case '/twin/failover':
      return { status: 202, body: await twin.startMove('failover', read(moveOrder, body)) };
    case '/twin/failback':
      return { status: 202, body: await twin.startMove('planned', read(moveOrder, body)) };
    case '/twin/keys': {
      const { merchant, live, scopes: held } = read(wantedKey, body);
      return { status: 201, body: { apiKey: await twin.createKey({ merchantId: merchantId(merchant), live, scopes: held }) } };
    }
    default:
      return { status: 404, body: { error: 'there is no such path', code: 'not_found' } };
  }
}

function sinceOf(url: string): number {
  const since = Number(new URL(url, 'http://twin').searchParams.get('sinceMs') ?? 0);
  if (!Number.isFinite(since)) throw new BadRequest('sinceMs must be a number of milliseconds');
  return since;
}

function regionOf(text: string | undefined): Region {
  if (!isRegion(text)) throw new BadRequest('the region must be us-east-1 or us-east-2');
  return text;
}

function serviceOf(text: string | undefined): Service {
  const found = services.find((service) => service === text);
  if (!found) throw new BadRequest(`the service must be one of ${services.join(', ')}`);
  return found;
}

function read<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const result = v.safeParse(schema, body);
  if (!result.success) throw new BadRequest(result.issues.map((issue) => issue.message).join('; '));
  return result.output;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new BadRequest('the body must be at most 16 KiB');
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  const body = parseJson(Buffer.concat(chunks).toString('utf8'));
  // A list would pass as an object without fields.
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new BadRequest('the body must be a JSON object');
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest('the body must be JSON');
  }
}

function refusalOf(error: unknown): Answer {
  if (error instanceof BadRequest) return { status: 400, body: { error: error.message, code: 'invalid_request' } };
  if (error instanceof NotNow) return { status: 409, body: { error: error.message, code: 'not_now' } };
  if (isPortFault(error)) return { status: 503, body: { error: error.message, code: 'unavailable' } };
  return { status: 500, body: { error: error instanceof Error ? error.message : String(error), code: 'fault' } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.headersSent) return void response.destroy();
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', 'content-length': String(Buffer.byteLength(text)) }).end(text);
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? new UsageError(`port ${port} is taken by another process; stop it, or choose another --port`) : error));
    server.listen(port, '127.0.0.1', () => resolve());
  });
