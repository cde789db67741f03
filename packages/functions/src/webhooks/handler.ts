// POST, GET and DELETE /webhooks: where a merchant wants to hear what became of its payments. Invariant: an address that
// may not be called is refused here with a reason, and again when it is called; addresses are not logged.
import { newWebhookBody, removedWebhookBody, webhooksBody } from '@understudy/api';
import { addEndpoint, listEndpoints, parseEndpointRequest, removeEndpoint } from '@understudy/core';
import type { EndpointPorts } from '@understudy/core';
import { callerOf } from '../shared/caller.ts';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { pathId } from '../shared/payment-key.ts';
import { readJsonBody } from '../shared/payment-request.ts';
import { invalidRequest, refusal, unavailable } from '../shared/reply.ts';
import type { Reply } from '../shared/reply.ts';
import { serveHttp } from '../shared/serve-http.ts';

export type WebhooksHandlerPorts = EndpointPorts & Runtime & { readonly digest: (text: string) => string };

export function createWebhooksHandler(ports: WebhooksHandlerPorts): HttpHandler {
  return serveHttp(ports, {
    addWebhook: (event) => add(ports, event),
    listWebhooks: (event) => list(ports, event),
    removeWebhook: (event) => remove(ports, event),
  });
}

async function add(ports: WebhooksHandlerPorts, event: HttpEvent): Promise<Reply> {
  const body = readJsonBody(event);
  if (!body.ok) return body.reply;
  const request = parseEndpointRequest(body.value);
  if (!request.ok) return invalidRequest(request.faults);
  const result = await addEndpoint(ports, callerOf(event), request.value);
  switch (result.code) {
    case 'added':
      return { status: 201, body: newWebhookBody(result.endpoint, result.secret) };
    case 'url_refused':
      return invalidRequest([{ field: 'url', message: `url ${result.reason}` }]);
    case 'webhook_exists':
      return refusal('webhook_exists', 'there is an endpoint with this url; remove it first to get another secret');
    case 'too_many_webhooks':
      return refusal('too_many_webhooks', 'there are ten endpoints already; remove one first');
    case 'unavailable':
      return unavailable();
  }
}

async function list(ports: WebhooksHandlerPorts, event: HttpEvent): Promise<Reply> {
  const result = await listEndpoints(ports, callerOf(event));
  return result.code === 'listed' ? { status: 200, body: webhooksBody(result.endpoints) } : unavailable();
}

async function remove(ports: WebhooksHandlerPorts, event: HttpEvent): Promise<Reply> {
  const id = pathId(event, 'webhook_id') ?? '';
  const result = await removeEndpoint(ports, callerOf(event), id);
  switch (result.code) {
    case 'removed':
      return { status: 200, body: removedWebhookBody(id) };
    case 'not_found':
      return refusal('not_found', 'there is no such webhook');
    case 'unavailable':
      return unavailable();
  }
}
