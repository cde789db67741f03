// POST /payments and POST /validate: accepts a payment. Invariant: a yes is answered only after the journal holds it.
// Both lead to a charge: /validate has another body, as the client's specification has it, and nothing else.
import { validatedBody } from '@understudy/api';
import { acceptPayment, sendHint } from '@understudy/core';
import type { KnownPayment, PayPorts } from '@understudy/core';
import { acceptedReply, refusedReply } from '../shared/acceptance.ts';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { readPaymentRequest } from '../shared/payment-request.ts';
import type { Reply } from '../shared/reply.ts';
import { serveHttp } from '../shared/serve-http.ts';

export type AcceptHandlerPorts = PayPorts & Runtime;

interface Acceptance {
  readonly payment: KnownPayment;
  readonly isNew: boolean;
}

export function createAcceptHandler(ports: AcceptHandlerPorts): HttpHandler {
  return serveHttp(ports, {
    acceptPayment: (event) => accept(ports, event, ({ payment, isNew }) => acceptedReply(isNew ? 202 : 200, payment)),
    validatePayment: (event) =>
      accept(ports, event, ({ payment }) => ({ status: 200, body: validatedBody(payment.transactionId), transactionId: payment.transactionId })),
  });
}

async function accept(ports: AcceptHandlerPorts, event: HttpEvent, present: (acceptance: Acceptance) => Reply): Promise<Reply> {
  const read = readPaymentRequest(ports, { policy: ports.policy, paymentMethodRequired: true }, event);
  if (!read.ok) return read.reply;
  const result = await acceptPayment(ports, read.caller, read.request);
  if (result.code !== 'accepted') return refusedReply(result);
  // A repeat may mean that its first hint died with a region.
  if (result.payment.decision === undefined) await sendHint(ports, result.payment);
  return present(result);
}
