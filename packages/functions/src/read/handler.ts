// GET /payments/{transaction_id} and GET /openapi.json. Invariant: "not found" is said only after a strong read; a
// caller sees only its own merchant's payments.
import { openapiDocument, paymentBody } from '@understudy/api';
import { readPayment } from '@understudy/core';
import type { Clock, Digest, Journal, KeyStore } from '@understudy/core';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { readPaymentKey } from '../shared/payment-key.ts';
import { refusal, unavailable } from '../shared/reply.ts';
import type { Reply } from '../shared/reply.ts';
import { serveHttp } from '../shared/serve-http.ts';

export interface ReadHandlerPorts extends Runtime {
  readonly journal: Journal;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly digest: Digest;
}

export function createReadHandler(ports: ReadHandlerPorts): HttpHandler {
  return serveHttp(ports, {
    readPayment: (event) => read(ports, event),
    readOpenapi: async () => ({ status: 200, body: openapiDocument }),
  });
}

async function read(ports: ReadHandlerPorts, event: HttpEvent): Promise<Reply> {
  const about = await readPaymentKey(ports, event);
  if (!about.ok) return about.reply;
  const result = await readPayment(ports, about.key);
  switch (result.code) {
    case 'found':
      return { status: 200, body: paymentBody(result.payment), transactionId: about.key.transactionId };
    case 'not_found':
      return { ...refusal('not_found', 'there is no payment with this transaction_id'), transactionId: about.key.transactionId };
    case 'unavailable':
      return { ...unavailable(), transactionId: about.key.transactionId };
  }
}
