/**
 * Calls webhook endpoints by the Standard Webhooks convention.
 * Invariant: a call ends within its limit; it follows no redirect and reads no body, so an endpoint can neither lead us
 * elsewhere nor make us hold what it says; it connects to public addresses only, unless told otherwise.
 */
import { Webhook } from 'standardwebhooks';
import type { Webhooks } from '@understudy/core';
import { httpCall, HttpFault } from '../system/http-call.ts';
import { allPublic, guardedLookup, NOT_PUBLIC, systemResolve, urlFault } from './addresses.ts';
import type { Resolve, TargetRule } from './addresses.ts';

export interface HttpWebhooksOptions {
  readonly targets: TargetRule;
  /** The whole call, the answer's head included. */
  readonly timeoutMs: number;
  /** How names become addresses; the system's own way when absent. */
  readonly resolve?: Resolve;
}

/** Two fifths of the time to connect; the rest is the endpoint's. */
const CONNECT_SHARE = 0.4;

export function createHttpWebhooks({ targets, timeoutMs, resolve = systemResolve }: HttpWebhooksOptions): Webhooks {
  const lookup = targets === 'public' ? { lookup: guardedLookup(resolve) } : {};
  return {
    async refusalOf(url) {
      const fault = urlFault(url, targets);
      if (fault !== undefined || targets === 'any') return fault;
      const host = new URL(url).hostname;
      if (host.startsWith('[')) return undefined;
      try {
        return allPublic(await within(timeoutMs, resolve(host))) ? undefined : NOT_PUBLIC;
      } catch {
        return 'must have a host name that resolves';
      }
    },

    async send({ url, id, at, secret, body }) {
      const fault = urlFault(url, targets);
      if (fault !== undefined) return { told: false, answer: `not called: the url ${fault}` };
      const headers = {
        'user-agent': 'understudy-webhooks/1',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, new Date(at), body),
      };
      try {
        const { status } = await httpCall({ method: 'POST', url: new URL(url), headers, body, connectMs: Math.ceil(timeoutMs * CONNECT_SHARE), totalMs: timeoutMs, headOnly: true, ...lookup });
        return { told: status >= 200 && status < 300, answer: `HTTP ${status}` };
      } catch (error) {
        if (!(error instanceof HttpFault)) throw error;
        return { told: false, answer: error.message };
      }
    },
  };
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('time-out')), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
