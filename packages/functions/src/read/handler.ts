// GET /payments/{transaction_id}, GET /customers/{customer_id}/payments and GET /openapi.json. Invariant: "not found" is said only after a strong read; a
// caller sees only its own merchant's payments.
import { openapiDocument, paymentBody, paymentsBody } from '@understudy/api';
import { customerId, idFault, listPayments, readPayment } from '@understudy/core';
import type { ListPorts } from '@understudy/core';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { pathId, readPaymentKey } from '../shared/payment-key.ts';
import { invalidRequest, refusal, unavailable } from '../shared/reply.ts';
import type { Reply } from '../shared/reply.ts';
import { callerOf } from '../shared/caller.ts';
import { serveHttp } from '../shared/serve-http.ts';
import { cursorOf, readPage } from './page.ts';

export type ReadHandlerPorts = ListPorts & Runtime;

export function createReadHandler(ports: ReadHandlerPorts): HttpHandler {
  return serveHttp(ports, {
    readPayment: (event) => read(ports, event),
    listPayments: (event) => list(ports, event),
    readOpenapi: async () => ({ status: 200, body: openapiDocument }),
  });
}

async function read(ports: ReadHandlerPorts, event: HttpEvent): Promise<Reply> {
  const about = readPaymentKey(event);
  if (!about.ok) return about.reply;
  const result = await readPayment(ports, about.caller, about.key.transactionId);
  switch (result.code) {
    case 'found':
      return { status: 200, body: paymentBody(result.payment), transactionId: about.key.transactionId };
    case 'not_found':
      return { ...refusal('not_found', 'there is no payment with this transaction_id'), transactionId: about.key.transactionId };
    case 'gone':
      return { ...refusal('gone', 'this payment is so old that only its id is kept, which stays used'), transactionId: about.key.transactionId };
    case 'unavailable':
      return { ...unavailable(), transactionId: about.key.transactionId };
  }
}

async function list(ports: ReadHandlerPorts, event: HttpEvent): Promise<Reply> {
  const customer = pathId(event, 'customer_id');
  const fault = idFault('customer_id', customer);
  const read = readPage(event);
  if (fault || customer === undefined) return invalidRequest([fault ?? { message: 'customer_id is required' }]);
  if (!read.ok) return invalidRequest([read.fault]);
  const result = await listPayments(ports, callerOf(event), { customerId: customerId(customer), ...read.page });
  switch (result.code) {
    case 'listed':
      return { status: 200, body: paymentsBody(result.payments, result.next && cursorOf(result.next)) };
    case 'unavailable':
      return unavailable();
  }
}
