/**
 * The acquirer sandbox: stands for the card acquirer, and keeps a record of every charge that outlives it.
 *
 * Invariant: it answers from the record alone, and misbehaves only as told by POST /behaviour.
 * It stands for two acquirers, the test one at `/` and the live one at `/live`, whose records never meet; what it is told
 * to do wrong, it does as both.
 * It moves no money, checks no card and authenticates nobody: it listens on 127.0.0.1 only.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Behaviours, parseBehaviour } from './behaviours.ts';
import { CardDesk } from './card-desk.ts';
import type { Charge } from './charge-book.ts';
import { parseChargeRequest } from './charge-request.ts';
import { readJson, sendInvalid, sendJson } from './http.ts';
import { recordAsJson, refundEntry } from './record.ts';
import { parseRefundRequest } from './refund-request.ts';
import { parseReportQuery, reportLine, reportPage } from './report.ts';

export interface AcquirerOptions {
  readonly dataDir: string;
  readonly now?: () => number;
}

export interface Acquirer {
  /** Replays the record and listens on 127.0.0.1; answers with the port. */
  readonly listen: (port: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** How long a connection that never gets its answer is held. */
const HOLD_MS = 30_000;
/** Longer than any client's idle pool keeps a connection, so that a reused one is not closed under its request. */
const KEEP_ALIVE_MS = 75_000;
const REQUEST_MS_MAX = 10_000;

export function createAcquirer(options: AcquirerOptions): Acquirer {
  const now = options.now ?? Date.now;
  const behaviours = new Behaviours(now);
  let running: { server: Server; desks: Desks; closing: AbortController } | undefined;

  return {
    async listen(port) {
      const desks: Desks = {
        test: await CardDesk.open({ dataDir: options.dataDir, behaviours, now }),
        live: await CardDesk.open({ dataDir: join(options.dataDir, 'live'), behaviours, now }),
      };
      const closing = new AbortController();
      const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS_MAX }, (request, response) => {
        const { desk, path } = deskOf(desks, request.url ?? '/');
        serve({ desk, behaviours, closing: closing.signal }, path, { request, response }).catch((error: unknown) => fail(response, error));
      });
      try {
        const listening = await listenOn(server, port);
        running = { server, desks, closing };
        return listening;
      } catch (error) {
        await closeDesks(desks);
        throw error;
      }
    },
    async close() {
      if (running === undefined) return;
      const { server, desks, closing } = running;
      running = undefined;
      closing.abort();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
      await closeDesks(desks);
    },
  };
}

interface Desks {
  readonly test: CardDesk;
  readonly live: CardDesk;
}

const LIVE = '/live';

const deskOf = (desks: Desks, path: string): { readonly desk: CardDesk; readonly path: string } =>
  path.startsWith(`${LIVE}/`) ? { desk: desks.live, path: path.slice(LIVE.length) } : { desk: desks.test, path };

const closeDesks = async (desks: Desks): Promise<void> => void (await Promise.all([desks.test.close(), desks.live.close()]));

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Counter {
  readonly desk: CardDesk;
  readonly behaviours: Behaviours;
  readonly closing: AbortSignal;
}

async function serve(counter: Counter, path: string, { request, response }: Exchange): Promise<void> {
  const url = new URL(path, 'http://acquirer');
  const route = `${request.method} ${url.pathname}`;
  const voidedKey = /^POST \/v1\/charges\/([^/]+)\/void$/.exec(route)?.[1];
  if (voidedKey !== undefined) return voidCharge(counter, voidedKey, { request, response });
  switch (route) {
    case 'POST /v1/charges':
      return move(counter, { request, response }, { parse: parseChargeRequest, decide: (parsed, obedient) => counter.desk.charge(parsed, obedient) });
    case 'POST /v1/refunds':
      return move(counter, { request, response }, { parse: parseRefundRequest, decide: (parsed, obedient) => counter.desk.refunds.refund(parsed, obedient) });
    case 'GET /v1/refunds':
      return findRefund(counter, url.searchParams, response);
    case 'GET /v1/charges':
      return find(counter, url.searchParams, response);
    case 'GET /v1/report':
      return sendReport(counter, url.searchParams, response);
    case 'GET /charges':
      return sendRecord(counter, response);
    case 'GET /refunds':
      return sendJson(response, 200, (await counter.desk.refunds.all()).map(refundEntry));
    case 'POST /behaviour':
      return behave(counter, request, response);
    case 'GET /behaviour':
      return sendJson(response, 200, counter.behaviours.list());
    case 'GET /health':
      return sendJson(response, 200, { status: 'healthy' });
    default:
      return sendInvalid(response, 404, { code: 'not_found', message: `there is no ${route}` });
  }
}

interface Money<R> {
  parse(key: unknown, body: unknown): R | string;
  /** `obedient`: nothing it was told to do wrong applies. */
  decide(request: R, obedient: boolean): Promise<Outcome | 'key_reused'>;
}

/** A charge or a refund: both are misbehaved about in the same ways. */
async function move<R extends { readonly content: { readonly transactionId: string } }>(counter: Counter, { request, response }: Exchange, money: Money<R>): Promise<void> {
  const { behaviours, closing } = counter;
  const body = await readJson(request);
  if ('refused' in body) return refuseBody(response, body.refused);
  const parsed = money.parse(request.headers['idempotency-key'], body.value);
  if (typeof parsed === 'string') return sendInvalid(response, 422, { code: 'malformed', message: parsed });
  const { transactionId } = parsed.content;
  // `approve` with `match` exempts a transaction from every other behaviour.
  const obedient = behaviours.take('approve', transactionId) !== undefined;
  const delay = obedient ? undefined : behaviours.take('delay', transactionId);
  const failing = !obedient && behaviours.take('fail', transactionId) !== undefined;
  const silent = !obedient && !failing && behaviours.take('charge_no_answer', transactionId) !== undefined;
  const answer = failing ? undefined : await money.decide(parsed, obedient);
  if (silent) return holdThenDestroy(response, closing);
  if (delay !== undefined) await wait(delay.delayMs, undefined, { signal: closing });
  if (answer === undefined) return sendInvalid(response, 500, { code: 'internal', message: 'failing as told; nothing was done' });
  if (answer === 'key_reused') {
    return sendInvalid(response, 422, { code: 'key_reused', message: 'this key was used for another request' });
  }
  return sendOutcome(response, answer);
}

type Outcome = Pick<Charge, 'key' | 'reference' | 'outcome' | 'code'>;

function sendOutcome(response: ServerResponse, answer: Outcome): void {
  const { key, reference, outcome, code } = answer;
  switch (outcome) {
    case 'approved':
      return sendJson(response, 200, { status: outcome, reference, key });
    case 'declined':
      return sendJson(response, 402, { status: outcome, reference, code, key });
    case 'in_progress':
      return sendJson(response, 409, { status: outcome, key });
  }
}

async function find(counter: Counter, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const merchantId = query.get('merchant_id');
  const transactionId = query.get('transaction_id');
  if (!merchantId || !transactionId) {
    return sendInvalid(response, 422, { code: 'malformed', message: 'merchant_id and transaction_id are required' });
  }
  const found = await counter.desk.find(merchantId, transactionId);
  if (found === undefined) return sendJson(response, 200, { status: 'none' });
  const { outcome, reference, code, key, voided } = found;
  return sendJson(response, 200, { status: outcome, reference, code, key, voided });
}

async function findRefund(counter: Counter, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const [merchantId, transactionId, refundId] = ['merchant_id', 'transaction_id', 'refund_id'].map((name) => query.get(name));
  if (!merchantId || !transactionId || !refundId) return sendInvalid(response, 422, { code: 'malformed', message: 'merchant_id, transaction_id and refund_id are required' });
  const found = await counter.desk.refunds.find(merchantId, transactionId, refundId);
  if (found === undefined) return sendJson(response, 200, { status: 'none' });
  const { outcome, reference, code, key } = found;
  return sendJson(response, 200, { status: outcome, reference, code, key });
}

/** With merchant_id and transaction_id the charges of one payment, otherwise a page of all. */
async function sendReport({ desk }: Counter, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const refunded = (charge: Charge): number => desk.refundedMinor(charge);
  const [merchantId, transactionId] = [query.get('merchant_id'), query.get('transaction_id')];
  if (merchantId && transactionId) return sendJson(response, 200, { charges: (await desk.charges({ merchantId, transactionId })).map((charge) => reportLine(charge, refunded)) });
  const parsed = parseReportQuery(query);
  if (typeof parsed === 'string') return sendInvalid(response, 422, { code: 'malformed', message: parsed });
  return sendJson(response, 200, reportPage(await desk.charges(), parsed, refunded));
}

/** The body may name one charge: `{"reference"}`. Without it all charges under the key are voided. */
async function voidCharge(counter: Counter, encodedKey: string, { request, response }: Exchange): Promise<void> {
  const body = await readJson(request);
  if ('refused' in body && body.refused === 'too_large') return refuseBody(response, body.refused);
  const named = 'value' in body && typeof body.value === 'object' && body.value !== null && 'reference' in body.value ? body.value.reference : undefined;
  if (named !== undefined && typeof named !== 'string') return sendInvalid(response, 422, { code: 'malformed', message: 'reference must be a string' });
  const key = decode(encodedKey);
  if (key === undefined) return sendInvalid(response, 422, { code: 'malformed', message: 'the key in the path is not well encoded' });
  const status = await counter.desk.void(key, named);
  return sendJson(response, status === 'none' ? 404 : 200, { status });
}

/** Streamed, because the record may hold more than fits comfortably into one string. */
async function sendRecord(counter: Counter, response: ServerResponse): Promise<void> {
  const records = await counter.desk.records();
  response.writeHead(200, { 'content-type': 'application/json' });
  await pipeline(Readable.from(recordAsJson(records, (charge) => counter.desk.refundedMinor(charge))), response);
}

async function behave(counter: Counter, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readJson(request);
  if ('refused' in body) return refuseBody(response, body.refused);
  const parsed = parseBehaviour(body.value);
  if (typeof parsed === 'string') return sendInvalid(response, 400, { code: 'invalid_behaviour', message: parsed });
  if (!counter.behaviours.add(parsed)) {
    return sendInvalid(response, 400, { code: 'invalid_behaviour', message: 'too many behaviours are in force; {"mode":"approve"} clears them' });
  }
  return sendJson(response, 200, counter.behaviours.list());
}

/** The client cannot tell this from a lost answer, which is the point. */
async function holdThenDestroy(response: ServerResponse, closing: AbortSignal): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (!response.destroyed) {
    await wait(HOLD_MS, undefined, { signal: AbortSignal.any([gone.signal, closing]) }).catch(() => {});
  }
  response.destroy();
}

function refuseBody(response: ServerResponse, reason: 'too_large' | 'bad_json'): void {
  const tooLarge = reason === 'too_large';
  sendInvalid(response, tooLarge ? 413 : 400, { code: reason, message: tooLarge ? 'the body is over 16 KiB' : 'the body is not JSON' });
}

/** A fault of ours, the disk above all, or a client that went away: never an answer that looks definite. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const message = error instanceof Error ? error.message : 'unknown fault';
  sendInvalid(response, 500, { code: 'internal', message });
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen({ port, host: '127.0.0.1', backlog: 1024 }, () => {
    server.off('error', reject);
    const address = server.address();
    if (address === null || typeof address === 'string') reject(new Error('the acquirer has no TCP address'));
    else resolve(address.port);
  });
  return promise;
}
