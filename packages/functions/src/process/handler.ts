// POST /process: accepts a payment and waits for its outcome. Invariant: an outcome is told only once it stands in the
// books; what takes longer is answered as accepted, and follows.
import { failureCode, processedBody } from '@understudy/api';
import { assert, processPayment, statusOf } from '@understudy/core';
import type { Payment, ProcessPorts } from '@understudy/core';
import { acceptedReply, refusedReply } from '../shared/acceptance.ts';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { readPaymentRequest } from '../shared/payment-request.ts';
import { refusal } from '../shared/reply.ts';
import type { Reply } from '../shared/reply.ts';
import { serveHttp } from '../shared/serve-http.ts';

export type ProcessHandlerPorts = ProcessPorts & Runtime;

export function createProcessHandler(ports: ProcessHandlerPorts): HttpHandler {
  return serveHttp(ports, { processPayment: (event) => process(ports, event) });
}

async function process(ports: ProcessHandlerPorts, event: HttpEvent): Promise<Reply> {
  const read = readPaymentRequest(ports, { policy: ports.policy, paymentMethodRequired: false }, event);
  if (!read.ok) return read.reply;
  const result = await processPayment(ports, read.caller, read.request);
  if (result.code === 'outcome') return { ...outcomeReply(result.payment), transactionId: result.payment.transactionId };
  return result.code === 'accepted' ? acceptedReply(202, result.payment) : refusedReply(result);
}

function outcomeReply(payment: Payment): Reply {
  const status = statusOf(payment);
  switch (status) {
    case 'processed':
      assert(payment.settledAt !== undefined, 'a payment in the books has the time at which it was settled first');
      return { status: 200, body: processedBody(payment.transactionId, payment.settledAt) };
    case 'failed':
      return refusal('declined', `the payment failed and this transaction_id is spent: ${failureCode(payment)}`);
    case 'cancelled':
      return refusal('already_decided', 'the payment was cancelled and this transaction_id is spent');
    case 'accepted':
    case 'quarantined':
      assert(false, `an outcome is final, not ${status}`);
  }
}
