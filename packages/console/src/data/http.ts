/**
 * Requests to whoever serves this page. Invariant: each is bounded in time, and one that fails says why in a sentence.
 */

/** Longer than any read of the twin takes; an action may have to start a database. */
const READ_LIMIT_MS = 8_000;
const ACT_LIMIT_MS = 60_000;

/** An answer other than yes; the message is for the person who asked. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Whether what was asked for may have been done all the same: nobody answered, or whoever did could not know. */
export const isUnknown = (error: unknown): boolean => !(error instanceof Refused) || error.status >= 500;

export const getJson = <T>(path: string, signal?: AbortSignal): Promise<T> => ask<T>(path, {}, { limitMs: READ_LIMIT_MS, signal });

export const postJson = <T = { readonly ok: true }>(path: string, body: object = {}): Promise<T> =>
  ask<T>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, { limitMs: ACT_LIMIT_MS });

interface Bounds {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

async function ask<T>(path: string, init: RequestInit, { limitMs, signal }: Bounds): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, signal: signal ? AbortSignal.any([limit, signal]) : limit });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Error(limit.aborted ? `no answer within ${limitMs / 1_000} s` : 'the server does not answer', { cause: error });
  }
  const body = (await answer.json().catch(() => ({}))) as { readonly error?: string; readonly code?: string };
  if (!answer.ok) throw new Refused(answer.status, body.code ?? 'unknown', body.error ?? `the server answered ${answer.status}`);
  return body as T;
}
