// From an HTTP event to a payment request of a known merchant, or to the reply that refuses it.
// Invariant: nothing is stored and nothing of the body is logged before all of it was found valid.
import { parsePaymentRequest } from '@understudy/core';
import type { Caller, Metrics, PaymentRequest, RequestRules } from '@understudy/core';
import { callerOf } from './caller.ts';
import type { HttpEvent } from './http-event.ts';
import { BODY_BYTES_MAX, readBody } from './read-body.ts';
import { invalidRequest, refusal } from './reply.ts';
import type { Reply } from './reply.ts';

export interface ReadRequestPorts {
  readonly metrics: Metrics;
}

export type RequestRead =
  | { readonly ok: true; readonly caller: Caller; readonly request: PaymentRequest }
  | { readonly ok: false; readonly reply: Reply };

export function readPaymentRequest(ports: ReadRequestPorts, rules: RequestRules, event: HttpEvent): RequestRead {
  const caller = callerOf(event);
  const read = readRequest(rules, event);
  ports.metrics.count(read.ok ? 'ValidationSuccess' : 'ValidationError');
  return read.ok ? { ...read, caller } : read;
}

function readRequest(rules: RequestRules, event: HttpEvent): { readonly ok: true; readonly request: PaymentRequest } | { readonly ok: false; readonly reply: Reply } {
  const body = readJsonBody(event);
  if (!body.ok) return body;
  const parsed = parsePaymentRequest(body.value, rules);
  return parsed.ok ? { ok: true, request: parsed.value } : { ok: false, reply: invalidRequest(parsed.faults) };
}

/** The parsed body, or the reply that refuses it. */
export function readJsonBody(event: HttpEvent): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reply: Reply } {
  const body = readBody(event);
  switch (body.code) {
    case 'too_large':
      return { ok: false, reply: refusal('too_large', `the body must be at most ${BODY_BYTES_MAX} bytes`) };
    case 'invalid_request':
      return { ok: false, reply: invalidRequest([body.fault]) };
    case 'ok':
      return { ok: true, value: body.value };
  }
}
