// POST /sessions and GET /sessions/{session_id}. Invariant: "not found" is said only of an id that certainly is none of
// this merchant's, and "paid" only once the payment's outcome stands in the books.
import { sessionBody } from '@understudy/api';
import { idFault, openSession, parseSessionRequest, readSession, sessionId } from '@understudy/core';
import type { OpenSessionPorts, PaymentPolicy, ReadSessionPorts } from '@understudy/core';
import { callerOf } from '../shared/caller.ts';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { pathId } from '../shared/payment-key.ts';
import { readJsonBody } from '../shared/payment-request.ts';
import { invalidRequest, refusal, unavailable } from '../shared/reply.ts';
import type { Reply } from '../shared/reply.ts';
import { serveHttp } from '../shared/serve-http.ts';

export type SessionsHandlerPorts = OpenSessionPorts & ReadSessionPorts & Runtime & { readonly policy: PaymentPolicy };

export function createSessionsHandler(ports: SessionsHandlerPorts): HttpHandler {
  return serveHttp(ports, { openSession: (event) => open(ports, event), readSession: (event) => read(ports, event) });
}

async function open(ports: SessionsHandlerPorts, event: HttpEvent): Promise<Reply> {
  const body = readJsonBody(event);
  if (!body.ok) return body.reply;
  const request = parseSessionRequest(body.value, ports.policy);
  if (!request.ok) return invalidRequest(request.faults);
  const result = await openSession(ports, callerOf(event), request.value);
  return result.code === 'opened' ? { status: 201, body: sessionBody(result.session, 'open') } : unavailable();
}

async function read(ports: SessionsHandlerPorts, event: HttpEvent): Promise<Reply> {
  const id = pathId(event, 'session_id');
  const fault = idFault('session_id', id);
  if (fault || id === undefined) return invalidRequest([fault ?? { message: 'session_id is required' }]);
  const result = await readSession(ports, callerOf(event), sessionId(id));
  switch (result.code) {
    case 'found':
      return { status: 200, body: sessionBody(result.session, result.status) };
    case 'not_found':
      return refusal('not_found', 'there is no such session');
    case 'unavailable':
      return unavailable();
  }
}
