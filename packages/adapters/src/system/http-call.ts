/**
 * One bounded HTTP exchange over node:http(s).
 * Invariant: it ends within `totalMs` and reads at most `bodyBytesMax`; it follows no redirect and repeats nothing.
 * What it throws says only why, in a word: a platform's error may carry the bytes that were received, and those are
 * never to reach a log.
 */
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

/** Far above any answer of a payment protocol or a health check. */
const BODY_BYTES_MAX = 64 * 1024;

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, unless the headers say otherwise. */
  readonly body?: string;
  readonly connectMs: number;
  /** The whole exchange, the body's last byte included. */
  readonly totalMs: number;
  /** Keeps connections between calls; without one each call makes its own. */
  readonly agent?: http.Agent | https.Agent;
  /** True: the answer's head is enough, its body is not awaited. */
  readonly headOnly?: boolean;
  /** Of the answer; {@link BODY_BYTES_MAX} if nothing is said. */
  readonly bodyBytesMax?: number;
  /** How the host's name becomes an address, for a caller that does not trust the name. */
  readonly lookup?: LookupFunction;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Why there was no answer: an error code of the platform such as `ECONNREFUSED`, or `time-out`, `too-large`. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';
}

const whyOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no-answer';

/**
 * A NAT gateway forgets a connection that is idle for 350 s and many servers do earlier, without a word: the next request
 * on it would be lost, and its payment would wait for minutes. Above the longest call, which also counts as idle.
 */
const IDLE_MS_MAX = 30_000;

export function keepAliveAgent(url: URL, idleMs: number = IDLE_MS_MAX): http.Agent | https.Agent {
  const options = { keepAlive: true, timeout: idleMs };
  return url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
}

interface Settle {
  done(answer: HttpAnswer): void;
  fail(why: string): void;
}

const readAnswer = (response: http.IncomingMessage, { headOnly = false, bodyBytesMax = BODY_BYTES_MAX }: HttpCall, settle: Settle): void => {
  const status = response.statusCode ?? 0;
  if (headOnly) {
    settle.done({ status, body: '' });
    response.destroy();
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) settle.fail('too-large');
    else chunks.push(chunk);
  });
  response.once('end', () => settle.done({ status, body: Buffer.concat(chunks).toString('utf8') }));
  // A connection lost within the body shows here, and only here.
  response.once('error', (error) => settle.fail(whyOf(error)));
};

const whenConnected = (socket: { readonly connecting: boolean; once(event: 'connect', listener: () => void): unknown }, then: () => void): void => {
  if (socket.connecting) socket.once('connect', then);
  else then();
};

/** A process that was held up, or frozen, for that long finds its answer where it arrived meanwhile: it is looked for first. */
const onceLooked = (then: () => void, ms: number): NodeJS.Timeout => setTimeout(() => setImmediate(then), ms);

/** Throws {@link HttpFault} when there is no whole answer; any status is an answer. */
export function httpCall(call: HttpCall): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const client = call.url.protocol === 'https:' ? https : http;
  const body = call.body === undefined ? undefined : Buffer.from(call.body);
  const request = client.request(call.url, {
    method: call.method,
    agent: call.agent ?? false,
    ...(call.lookup && { lookup: call.lookup }),
    headers: { ...(body && { 'content-type': 'application/json', 'content-length': body.length }), ...call.headers },
  });
  let settled = false;
  /** Only the first end counts: a late one must not destroy a connection that the agent has given on. */
  const once = (then: () => void): void => {
    if (settled) return;
    settled = true;
    clearTimeout(connectTimer);
    clearTimeout(totalTimer);
    then();
  };
  const settle: Settle = {
    done: (answer) => once(() => resolve(answer)),
    fail: (why) =>
      once(() => {
        reject(new HttpFault(why));
        request.destroy();
      }),
  };
  let connected = false;
  const connectTimer = onceLooked(() => connected || settle.fail('connect time-out'), call.connectMs);
  const totalTimer = onceLooked(() => settle.fail('time-out'), call.totalMs);
  request.once('socket', (socket) => whenConnected(socket, () => {
    connected = true;
    clearTimeout(connectTimer);
  }));
  request.on('error', (error) => settle.fail(whyOf(error)));
  request.once('response', (response) => readAnswer(response, call, settle));
  request.end(body);
  return promise;
}
