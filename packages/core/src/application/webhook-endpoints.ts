// A merchant's webhook endpoints: add, list, remove. Invariant: the list is changed by compare-and-set only, so two
// changes at once both stand, whichever regions they come from; a secret is shown once, when its endpoint is made.
import { ENDPOINTS_MAX } from '../domain/event/endpoint.ts';
import type { Endpoint, EndpointRequest } from '../domain/event/endpoint.ts';
import { assert } from '../support/assert.ts';
import type { Clock } from '../ports/clock.ts';
import type { EndpointList, Endpoints } from '../ports/endpoints.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { EndpointSecrets, Webhooks } from '../ports/webhooks.ts';
import type { Caller } from './accept-payment.ts';

export interface EndpointPorts {
  readonly endpoints: Endpoints;
  readonly secrets: EndpointSecrets;
  readonly webhooks: Pick<Webhooks, 'refusalOf'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export type AddEndpointResult =
  | { readonly code: 'added'; readonly endpoint: Endpoint; readonly secret: string }
  | { readonly code: 'url_refused'; readonly reason: string }
  | { readonly code: 'webhook_exists' }
  | { readonly code: 'too_many_webhooks' }
  /** The outcome is unknown: the list says. */
  | { readonly code: 'unavailable' };

/** Others change the list as well; each lost race is somebody's success, so few are lost in a row. */
const TRIES = 5;
const PAUSE_MS = 40;

/** Of the caller's own mode: a test key sees and changes test endpoints only. */
const isOf = (caller: Caller) => (endpoint: Endpoint): boolean => endpoint.live === caller.live;

export async function addEndpoint(ports: EndpointPorts, caller: Caller, request: EndpointRequest): Promise<AddEndpointResult> {
  const reason = await ports.webhooks.refusalOf(request.url);
  if (reason !== undefined) return { code: 'url_refused', reason };
  const endpoint: Endpoint = { id: `wh_${ports.random.id()}`, ...request, live: caller.live, keyId: await ports.secrets.currentKey(), createdAt: ports.clock.now() };
  const secret = await ports.secrets.secretOf(caller.merchantId, endpoint);
  assert(secret !== undefined, 'the current key has a secret for every endpoint');
  const done = await change<AddEndpointResult>(ports, caller, ({ endpoints }) => {
    // An earlier try may have been done and its answer lost.
    if (endpoints.some(({ id }) => id === endpoint.id)) return { result: { code: 'added', endpoint, secret } };
    if (endpoints.some((other) => isOf(caller)(other) && other.url === endpoint.url)) return { result: { code: 'webhook_exists' } };
    if (endpoints.length >= ENDPOINTS_MAX) return { result: { code: 'too_many_webhooks' } };
    return { result: { code: 'added', endpoint, secret }, next: [...endpoints, endpoint] };
  });
  return done ?? { code: 'unavailable' };
}

export type RemoveEndpointResult = { readonly code: 'removed' } | { readonly code: 'not_found' } | { readonly code: 'unavailable' };

export async function removeEndpoint(ports: EndpointPorts, caller: Caller, id: string): Promise<RemoveEndpointResult> {
  let tried = false;
  const done = await change<RemoveEndpointResult>(ports, caller, ({ endpoints }) => {
    const left = endpoints.filter((endpoint) => !(endpoint.id === id && isOf(caller)(endpoint)));
    if (left.length === endpoints.length) return { result: { code: tried ? 'removed' : 'not_found' } };
    tried = true;
    return { result: { code: 'removed' }, next: left };
  });
  return done ?? { code: 'unavailable' };
}

export type ListEndpointsResult = { readonly code: 'listed'; readonly endpoints: readonly Endpoint[] } | { readonly code: 'unavailable' };

export async function listEndpoints({ endpoints, log }: Pick<EndpointPorts, 'endpoints' | 'log'>, caller: Caller): Promise<ListEndpointsResult> {
  try {
    return { code: 'listed', endpoints: (await endpoints.read(caller.merchantId)).endpoints.filter(isOf(caller)) };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    log.warn('endpoints_unread', { cause: error.message });
    return { code: 'unavailable' };
  }
}

interface Change<R> {
  readonly result: R;
  /** The new list; the old one stays when absent. */
  readonly next?: readonly Endpoint[];
}

/** Reads, decides and writes until the write stands; undefined when that did not come about. */
async function change<R>(ports: EndpointPorts, caller: Caller, decide: (list: EndpointList) => Change<R>): Promise<R | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const list = await ports.endpoints.read(caller.merchantId);
      const { result, next } = decide(list);
      if (!next || (await ports.endpoints.replace(caller.merchantId, list.revision, next))) return result;
    } catch (error) {
      if (!isPortFault(error)) throw error;
      ports.log.warn('endpoints_unchanged', { cause: error.message });
      if (!error.retryable) return undefined;
    }
    await ports.clock.sleep(PAUSE_MS * attempt + ports.random.integer(PAUSE_MS));
  }
  return undefined;
}
