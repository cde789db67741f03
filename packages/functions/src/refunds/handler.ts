// POST and GET /payments/{transaction_id}/refunds. Invariant: a yes is answered only after the journal holds the refund,
// and an outcome is shown only once it stands in the books.
import { acceptedRefundBody, refundsBody } from '@understudy/api';
import { acceptRefund, hasWaitingRefund, parseRefundRequest, readRefunds, sendHint } from '@understudy/core';
import type { AcceptRefundResult, RefundPorts } from '@understudy/core';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { readPaymentKey } from '../shared/payment-key.ts';
import { readJsonBody } from '../shared/payment-request.ts';
import { invalidRequest, refusal, unavailable } from '../shared/reply.ts';
import type { Reply } from '../shared/reply.ts';
import { serveHttp } from '../shared/serve-http.ts';

export type RefundsHandlerPorts = RefundPorts & Runtime;

export function createRefundsHandler(ports: RefundsHandlerPorts): HttpHandler {
  return serveHttp(ports, { acceptRefund: (event) => accept(ports, event), listRefunds: (event) => list(ports, event) });
}

async function accept(ports: RefundsHandlerPorts, event: HttpEvent): Promise<Reply> {
  const about = readPaymentKey(event);
  if (!about.ok) return about.reply;
  const body = readJsonBody(event);
  if (!body.ok) return body.reply;
  const request = parseRefundRequest(body.value);
  if (!request.ok) return invalidRequest(request.faults);
  const { transactionId } = about.key;
  const result = await acceptRefund(ports, about.caller, { transactionId, request: request.value });
  if (result.code !== 'accepted') return { ...refused(result), transactionId };
  // A repeat may mean that its first hint died with a region.
  if (result.isNew || hasWaitingRefund(result.payment)) await sendHint(ports, about.key);
  return { status: result.isNew ? 202 : 200, body: acceptedRefundBody(result.payment, result.refund), transactionId };
}

function refused(result: Exclude<AcceptRefundResult, { code: 'accepted' }>): Reply {
  switch (result.code) {
    case 'invalid_request':
      return invalidRequest([result.fault]);
    case 'not_found':
      return refusal('not_found', 'there is no payment with this transaction_id');
    case 'idempotency_conflict':
      return refusal('idempotency_conflict', 'this refund_id was accepted with another amount');
    case 'not_refundable':
      return refusal('not_refundable', result.reason);
    case 'exceeds_charge':
      return refusal('exceeds_charge', 'the refund exceeds what is left of the charge');
    case 'unavailable':
      return unavailable();
  }
}

async function list(ports: RefundsHandlerPorts, event: HttpEvent): Promise<Reply> {
  const about = readPaymentKey(event);
  if (!about.ok) return about.reply;
  const { transactionId } = about.key;
  const result = await readRefunds(ports, about.caller, transactionId);
  switch (result.code) {
    case 'found':
      return { status: 200, body: refundsBody(result.payment, result.refunds), transactionId };
    case 'not_found':
      return { ...refusal('not_found', 'there is no payment with this transaction_id'), transactionId };
    case 'gone':
      return { ...refusal('gone', 'the payment was purged'), transactionId };
    case 'unavailable':
      return { ...unavailable(), transactionId };
  }
}
