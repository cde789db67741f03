/**
 * A stand-in for Amazon API Gateway (REST, Lambda proxy): HTTP in, the authorizer asked, one function call, its answer out.
 * Invariant: overload, slow senders and oversized bodies are refused here and cost the functions nothing; a function
 * whose route needs a key is never called without one, and one merchant's surplus takes nothing from another.
 * It does not do TLS, caching of answers or models; a body or a key is never logged.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gatewayResponses, identityHeader, merchantLimit, stageLimit, usageKeys } from '@understudy/functions/manifest';
import type { GatewayResponseType, Rate } from '@understudy/functions/manifest';
import { Authorizer } from './authorizer.ts';
import { Lateness } from './lateness.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Answered } from './traffic-meter.ts';

export interface Route {
  readonly method: string;
  /** With `{name}` for a path parameter. */
  readonly path: string;
  readonly functionName: string;
  /** Asked without a key. */
  readonly isOpen: boolean;
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
  /** The function that is asked whose key a request carries. */
  readonly authorizer: string;
  /** Told of every answer, for measuring. */
  readonly onAnswer?: (answered: Answered) => void;
  /** As deployed, unless a test cannot wait for so many requests. */
  readonly limits?: { readonly stage: Rate; readonly merchant: Rate };
}

export interface ApiGateway {
  listen(): Promise<number>;
  close(): Promise<void>;
}

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

/** What the gateway answers by itself. */
const own = (type: GatewayResponseType): ProxyResult => ({ ...gatewayResponses[type], body: JSON.stringify(gatewayResponses[type].body) });

/** What only the stand-in says, because API Gateway itself would not have let such a request come this far. */
const refusal = (statusCode: number, code: string, error: string): ProxyResult => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify({ error, code }),
});

export function createApiGateway(options: ApiGatewayOptions): ApiGateway {
  const { onAnswer } = options;
  const routes = options.routes.map(compile);
  const limits = options.limits ?? { stage: stageLimit, merchant: merchantLimit };
  const throttle = new TokenBucket(limits.stage);
  const merchants = new Map(usageKeys.map((key) => [key, new TokenBucket(limits.merchant)]));
  const authorizer = new Authorizer({ ask: (event) => options.invoke(options.authorizer, event), onFault: (error) => options.onFault(options.authorizer, error) });
  const lateness = new Lateness();
  let underWay = 0;
  const answer = async (request: IncomingMessage): Promise<ProxyResult> => {
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const matching = routes.filter((route) => route.pattern.test(path));
    const route = matching.find((candidate) => candidate.method === request.method);
    if (!route) return matching.length > 0 ? refusal(405, 'method_not_allowed', `this path takes ${matching.map((other) => other.method).join(', ')}`) : own('RESOURCE_NOT_FOUND');
    // Health has its own throttle: an overloaded region must still say that it is healthy.
    if (route.functionName === 'health') return call(route, { request, path, query });
    const isCrowded = underWay >= CONCURRENCY_MAX || (underWay >= CROWD.underWay && lateness.nowMs > CROWD.lateMs);
    if (isCrowded) return own('THROTTLED');
    underWay += 1;
    try {
      const admitted = await admit(route, request, path);
      return typeof admitted === 'string' ? own(admitted) : await call(route, { request, path, query, ...admitted });
    } finally {
      underWay -= 1;
    }
  };
  /** A merchant's own limit comes first, so that its surplus takes no token from the others; only asking for a key that is not at hand costs one. */
  const admit = async (route: CompiledRoute, request: IncomingMessage, path: string): Promise<Admitted | GatewayResponseType> => {
    const header = request.headers[identityHeader.toLowerCase()];
    if (route.isOpen) return throttle.take() ? {} : 'THROTTLED';
    if (typeof header !== 'string' || header === '') return 'UNAUTHORIZED';
    const isKnown = authorizer.remembers(header);
    if (!isKnown && !throttle.take()) return 'THROTTLED';
    const verdict = await authorizer.judge(header, methodArnOf(request, path), () => authorizerEvent(route, request, path));
    if (typeof verdict === 'string') return verdict;
    const merchant = merchants.get(verdict.usageKey);
    if (!merchant) return 'INVALID_API_KEY';
    return merchant.take() && (!isKnown || throttle.take()) ? { authorizer: verdict.context } : 'THROTTLED';
  };
  const call = async (route: CompiledRoute, { request, path, query, authorizer: context }: Asked): Promise<ProxyResult> => {
    const body = await readBody(request);
    if (body === undefined) return own('REQUEST_TOO_LARGE');
    try {
      return asProxyResult(await options.invoke(route.functionName, proxyEvent(route, { request, path, query, body, ...(context && { authorizer: context }) })));
    } catch (error) {
      options.onFault(route.functionName, error);
      return own('INTEGRATION_FAILURE');
    }
  };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 1_000, keepAliveTimeout: 65_000 }, (request, response) => {
    void respond(request, response, onAnswer ? (asked) => timed(asked, answer, onAnswer) : answer);
  });
  return {
    listen: () => listen(server),
    close: () => {
      lateness.stop();
      return close(server);
    },
  };
}

async function timed(request: IncomingMessage, answer: (request: IncomingMessage) => Promise<ProxyResult>, onAnswer: (answered: Answered) => void): Promise<ProxyResult> {
  const startedAt = performance.now();
  const result = await answer(request);
  onAnswer({ method: request.method ?? '', path: (request.url ?? '/').split('?', 1)[0] ?? '/', status: result.statusCode, tookMs: performance.now() - startedAt });
  return result;
}

/** What the authorizer said of the caller, where a route asks for one. */
interface Admitted {
  readonly authorizer?: Readonly<Record<string, string>>;
}

interface Asked extends Admitted {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: string;
}

interface Call extends Asked {
  readonly body: string;
}

const headersOf = (request: IncomingMessage): Record<string, string> => Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));

const methodArnOf = (request: IncomingMessage, path: string): string => `arn:aws:execute-api:local:000000000000:twin/prod/${request.method}${path}`;

const authorizerEvent = (route: CompiledRoute, request: IncomingMessage, path: string): object => ({
  type: 'REQUEST',
  methodArn: methodArnOf(request, path),
  resource: route.path,
  path,
  httpMethod: request.method,
  headers: headersOf(request),
  requestContext: { resourcePath: route.path, httpMethod: request.method, identity: { sourceIp: request.socket.remoteAddress } },
});

const proxyEvent = (route: CompiledRoute, { request, path, query, body, authorizer }: Call): object => ({
  resource: route.path,
  path,
  httpMethod: request.method,
  headers: headersOf(request),
  pathParameters: pathParametersOf(route, path),
  queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
  body: body === '' ? null : body,
  isBase64Encoded: false,
  requestContext: { resourcePath: route.path, httpMethod: request.method, identity: { sourceIp: request.socket.remoteAddress }, ...(authorizer && { authorizer }) },
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

/** As they were sent: a REST API does not decode them. */
function pathParametersOf(route: CompiledRoute, path: string): Readonly<Record<string, string>> {
  const values = route.pattern.exec(path)?.slice(1) ?? [];
  return Object.fromEntries(route.names.map((name, i) => [name, values[i] ?? '']));
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
