// Tells one event to one target. Invariant: an endpoint's address and secret are those of this moment, so a deleted
// endpoint hears nothing more; the id and the words are those of the event, at every try.
import type { Endpoint } from '../domain/event/endpoint.ts';
import { endpointIdOf, eventBody, eventId, noticesOf, OPERATORS } from '../domain/event/ledger-event.ts';
import type { MerchantId } from '../domain/payment/payment.ts';
import type { PaymentPolicy } from '../domain/payment/policy.ts';
import type { Alerts } from '../ports/alerts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { Endpoints } from '../ports/endpoints.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Delivery } from '../ports/outbox.ts';
import type { EndpointSecrets, Webhooks } from '../ports/webhooks.ts';

export interface DeliverPorts {
  readonly endpoints: Endpoints;
  readonly secrets: EndpointSecrets;
  readonly webhooks: Webhooks;
  readonly alerts: Alerts;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly policy: PaymentPolicy;
}

export interface Answered {
  /** `nobody`: there is nobody to tell it to, and trying again would not help. */
  readonly code: 'told' | 'failed' | 'nobody';
  readonly answer: string;
}

export type EndpointsOf = (merchant: MerchantId) => Promise<readonly Endpoint[]>;

/** Each merchant's list as first read here: for one batch, never longer. */
export function rememberEndpoints(endpoints: Endpoints): EndpointsOf {
  const lists = new Map<MerchantId, Promise<readonly Endpoint[]>>();
  return (merchant) => {
    const known = lists.get(merchant) ?? endpoints.read(merchant).then((list) => list.endpoints);
    lists.set(merchant, known);
    return known;
  };
}

/** Throws PortFault when it did not come to a try. */
export function deliver(ports: DeliverPorts, delivery: Delivery, endpointsOf: EndpointsOf): Promise<Answered> {
  if (delivery.target === OPERATORS) return toOperators(ports, delivery);
  const endpointId = endpointIdOf(delivery.target);
  return endpointId === undefined ? Promise.resolve({ code: 'nobody', answer: 'no such target' }) : toEndpoint(ports, delivery, { endpointId, endpointsOf });
}

async function toOperators({ alerts, digest, metrics, policy }: DeliverPorts, { event }: Delivery): Promise<Answered> {
  const id = eventId(event, digest);
  try {
    for (const notice of noticesOf(event, policy)) {
      await alerts.raise({ ...notice, id: `${id}:${notice.kind}` });
      if (notice.kind === 'high_value') metrics.count('HighValueTransaction');
    }
    return { code: 'told', answer: 'raised' };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return { code: 'failed', answer: error.message };
  }
}

async function toEndpoint(ports: DeliverPorts, { event }: Delivery, { endpointId, endpointsOf }: { readonly endpointId: string; readonly endpointsOf: EndpointsOf }): Promise<Answered> {
  const endpoint = (await endpointsOf(event.merchantId)).find(({ id }) => id === endpointId);
  if (!endpoint) return { code: 'nobody', answer: 'the endpoint was deleted' };
  const secret = await ports.secrets.secretOf(event.merchantId, endpoint);
  if (secret === undefined) return { code: 'failed', answer: `there is no signing key ${endpoint.keyId}` };
  const { told, answer } = await ports.webhooks.send({ url: endpoint.url, id: eventId(event, ports.digest), at: ports.clock.now(), secret, body: eventBody(event) });
  return { code: told ? 'told' : 'failed', answer };
}
