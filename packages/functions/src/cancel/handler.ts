// POST /payments/{transaction_id}/cancel: cancels what is not decided, also an id that was never seen.
import { cancelledBody } from '@understudy/api';
import { cancelPayment } from '@understudy/core';
import type { AcceptPorts } from '@understudy/core';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { readPaymentKey } from '../shared/payment-key.ts';
import { refusal, unavailable } from '../shared/reply.ts';
import type { Reply } from '../shared/reply.ts';
import { serveHttp } from '../shared/serve-http.ts';

export type CancelHandlerPorts = AcceptPorts & Runtime;

export function createCancelHandler(ports: CancelHandlerPorts): HttpHandler {
  return serveHttp(ports, { cancelPayment: (event) => cancel(ports, event) });
}

async function cancel(ports: CancelHandlerPorts, event: HttpEvent): Promise<Reply> {
  const about = readPaymentKey(event);
  if (!about.ok) return about.reply;
  const { transactionId } = about.key;
  const result = await cancelPayment(ports, about.caller, transactionId);
  switch (result.code) {
    case 'cancelled':
      return { status: 200, body: cancelledBody(transactionId), transactionId };
    case 'already_decided':
      return { ...refusal('already_decided', 'the payment is decided and cannot be cancelled'), transactionId };
    case 'idempotency_conflict':
      return { ...refusal('idempotency_conflict', result.reason), transactionId };
    case 'unavailable':
      return { ...unavailable(), transactionId };
  }
}
