/**
 * A stand-in for Amazon API Gateway (REST, Lambda proxy): HTTP in, one function call, its answer out.
 * Invariant: overload, slow senders and oversized bodies are refused here and cost the functions nothing.
 * It does not do TLS, authorizers, caching or models; a body is never logged.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Lateness } from './lateness.ts';
import { TokenBucket } from './token-bucket.ts';

export interface Route {
  readonly method: string;
  /** With `{name}` for a path parameter. */
  readonly path: string;
  readonly functionName: string;
}

export interface ProxyResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApiGatewayOptions {
  readonly routes: readonly Route[];
  readonly invoke: (functionName: string, event: object) => Promise<unknown>;
  readonly onFault: (functionName: string, error: unknown) => void;
}

export interface ApiGateway {
  listen(): Promise<number>;
  close(): Promise<void>;
}

/** As specified: 1,000 requests a second, bursts of 2,000. */
const THROTTLE = { perSecond: 1_000, burst: 2_000 } as const;
/** Calls under way at once: what one process can hold without making everybody wait. Health checks are not counted. */
const CONCURRENCY_MAX = 400;
/** Many calls under way and a loop that runs this late: whoever is let in now makes all wait, the health check too. */
const CROWD = { underWay: 60, lateMs: 200 } as const;
/** The functions refuse above 16 KiB with a sentence; far above that nothing is read at all. */
const BODY_BYTES_MAX = 64 * 1024;
/** A burst of connections waits in the kernel: where its queue is full, a client is reset half a minute later. */
const BACKLOG = 4096;
/** A client that has not sent its request by then is not a client. */
const REQUEST_TIMEOUT_MS = 10_000;

interface CompiledRoute extends Route {
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const compile = (route: Route): CompiledRoute => {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  return { ...route, names, pattern: new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]*)')}$`) };
};

const refusal = (statusCode: number, code: string, error: string): ProxyResult => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...(statusCode === 429 || statusCode === 503 ? { 'retry-after': '1' } : {}) },
  body: JSON.stringify({ error, code }),
});

export function createApiGateway(options: ApiGatewayOptions): ApiGateway {
  const routes = options.routes.map(compile);
  const throttle = new TokenBucket(THROTTLE);
  const lateness = new Lateness();
  let underWay = 0;
  const answer = async (request: IncomingMessage): Promise<ProxyResult> => {
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const matching = routes.filter((route) => route.pattern.test(path));
    const route = matching.find((candidate) => candidate.method === request.method);
    if (!route) return matching.length > 0 ? refusal(405, 'method_not_allowed', `this path takes ${matching.map((other) => other.method).join(', ')}`) : refusal(404, 'not_found', 'there is no such path');
    // Health has its own throttle: an overloaded region must still say that it is healthy.
    if (route.functionName === 'health') return call(route, { request, path, query });
    const isCrowded = underWay >= CONCURRENCY_MAX || (underWay >= CROWD.underWay && lateness.nowMs > CROWD.lateMs);
    if (isCrowded || !throttle.take()) return refusal(429, 'throttled', 'too many requests at once; send the same again in a moment');
    underWay += 1;
    try {
      return await call(route, { request, path, query });
    } finally {
      underWay -= 1;
    }
  };
  const call = async (route: CompiledRoute, { request, path, query }: { request: IncomingMessage; path: string; query: string }): Promise<ProxyResult> => {
    const body = await readBody(request);
    if (body === undefined) return refusal(413, 'too_large', 'the body must be at most 16 KiB');
    const pathParameters = readPathParameters(route, path);
    if (!pathParameters) return refusal(400, 'invalid_request', 'the path is not valid percent-encoding');
    try {
      return asProxyResult(await options.invoke(route.functionName, proxyEvent(route, { request, path, query, body, pathParameters })));
    } catch (error) {
      options.onFault(route.functionName, error);
      return refusal(503, 'unavailable', 'the outcome is unknown; send the same again');
    }
  };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 1_000, keepAliveTimeout: 65_000 }, (request, response) => {
    void respond(request, response, answer);
  });
  return {
    listen: () => listen(server),
    close: () => {
      lateness.stop();
      return close(server);
    },
  };
}

interface Call {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

const proxyEvent = (route: CompiledRoute, { request, path, query, body, pathParameters }: Call): object => ({
  resource: route.path,
  path,
  httpMethod: request.method,
  headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
  pathParameters,
  queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
  body: body === '' ? null : body,
  isBase64Encoded: false,
  requestContext: { resourcePath: route.path, httpMethod: request.method, identity: { sourceIp: request.socket.remoteAddress } },
});

async function respond(request: IncomingMessage, response: ServerResponse, answer: (request: IncomingMessage) => Promise<ProxyResult>): Promise<void> {
  try {
    const result = await answer(request);
    if (response.destroyed) return;
    response.writeHead(result.statusCode, { ...result.headers, 'content-length': String(Buffer.byteLength(result.body)) });
    response.end(result.body);
    if (!request.complete) request.resume();
  } catch {
    // The client went away while it was sending.
    response.destroy();
  }
}

/** The body, or undefined when it is too large: the rest is then not read. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readPathParameters(route: CompiledRoute, path: string): Readonly<Record<string, string>> | undefined {
  const values = route.pattern.exec(path)?.slice(1) ?? [];
  try {
    return Object.fromEntries(route.names.map((name, i) => [name, decodeURIComponent(values[i] ?? '')]));
  } catch {
    return undefined;
  }
}

function asProxyResult(value: unknown): ProxyResult {
  if (typeof value === 'object' && value !== null && 'statusCode' in value && 'body' in value) return value as ProxyResult;
  throw new Error('a function behind the API must answer {statusCode, body}');
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
