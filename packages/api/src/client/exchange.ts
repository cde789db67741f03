// One request to one endpoint, and what its answer is worth. Invariant: it always ends, within its limit or with its
// signal, even if `fetch` does neither; and only what the contract can have said counts as an answer. A page of some
// proxy on the way, a redirect or half a body decide nothing.
import type { ErrorBody } from '../error-codes.ts';
import type { Response, World } from './world.ts';

/** Made once for all tries, so that every region is sent the same bytes. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export interface Answered {
  readonly answered: true;
  readonly status: number;
  readonly body: object;
}

export interface Unanswered {
  readonly answered: false;
  readonly status?: number;
  /** The endpoint asked not to be asked again before this. */
  readonly retryAfterMs: number;
  /** Certainly without any effect. */
  readonly notDone: boolean;
  /** Whether it speaks against the endpoint: one that counts its callers is well. */
  readonly atFault: boolean;
  readonly cause?: unknown;
}

export interface ExchangeLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const TIMED_OUT = 'no answer within the time-out';

export async function exchange(world: World, url: string, { request, timeoutMs, signal }: ExchangeLimits & { readonly request: ApiRequest }): Promise<Answered | Unanswered> {
  const ending = new AbortController();
  const end = (): void => ending.abort(signal.reason);
  signal.addEventListener('abort', end);
  const prevent = world.clock.after(timeoutMs, () => ending.abort(new Error(TIMED_OUT)));
  try {
    const { method, headers, body } = request;
    const response = await unlessAborted(world.fetch(url + request.path, { method, headers, signal: ending.signal, redirect: 'manual', ...(body !== undefined && { body }) }), ending.signal);
    const text = await unlessAborted(response.text(), ending.signal);
    return worthOf(response.status, objectIn(text), retryAfterMs(response));
  } catch (cause) {
    return { answered: false, retryAfterMs: 0, notDone: neverSent(cause), atFault: true, cause };
  } finally {
    prevent();
    signal.removeEventListener('abort', end);
  }
}

/** `fetch` may not heed its signal, and reading a body may outlast it. */
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    work.then(resolve, reject);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The service names seconds; a proxy on the way may name a time, which is told by the clock of its own answer. */
function retryAfterMs({ headers }: Response): number {
  const after = headers.get('retry-after') ?? '';
  const seconds = after === '' || Number.isFinite(Number(after)) ? Number(after) : (Date.parse(after) - Date.parse(headers.get('date') ?? '')) / 1000;
  return Math.max(0, seconds || 0) * 1000;
}

const REQUEST_TIMEOUT = 408;
const THROTTLED = 429;

function worthOf(status: number, body: object | undefined, retryAfter: number): Answered | Unanswered {
  const accepted = status >= 200 && status < 300;
  const refused = status >= 400 && status < 500 && status !== REQUEST_TIMEOUT && status !== THROTTLED;
  if (body && (accepted || (refused && isErrorBody(body)))) return { answered: true, status, body };
  const throttled = status === THROTTLED;
  return { answered: false, status, retryAfterMs: retryAfter, notDone: throttled, atFault: !throttled };
}

export const isErrorBody = (body: object): body is ErrorBody => 'code' in body && typeof body.code === 'string' && 'error' in body && typeof body.error === 'string';

/** What Node calls a connection that never came about. Browsers do not tell. */
const unconnected: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function neverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && unconnected.has(cause.code);
}
