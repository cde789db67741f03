// GET /payments/{transaction_id}/receipt. Invariant: what is shown is the object that was published, unchanged; a caller
// sees only its own merchant's.
import { readReceipt } from '@understudy/core';
import type { ReceiptReadPorts } from '@understudy/core';
import type { HttpEvent, HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { readPaymentKey } from '../shared/payment-key.ts';
import { refusal, unavailable } from '../shared/reply.ts';
import type { Reply } from '../shared/reply.ts';
import { serveHttp } from '../shared/serve-http.ts';

export type ReceiptsHandlerPorts = ReceiptReadPorts & Runtime;

export function createReceiptsHandler(ports: ReceiptsHandlerPorts): HttpHandler {
  return serveHttp(ports, { readReceipt: (event) => read(ports, event) });
}

async function read(ports: ReceiptsHandlerPorts, event: HttpEvent): Promise<Reply> {
  const about = readPaymentKey(event);
  if (!about.ok) return about.reply;
  const { transactionId } = about.key;
  const result = await readReceipt(ports, about.caller, transactionId);
  switch (result.code) {
    case 'found':
      return { status: 200, body: JSON.parse(result.receipt), transactionId };
    case 'none':
      return { ...refusal('not_found', 'this payment has no receipt, or not yet: one is written once the charge is in the books'), transactionId };
    case 'not_found':
      return { ...refusal('not_found', 'there is no payment with this transaction_id'), transactionId };
    case 'gone':
      return { ...refusal('gone', 'this payment is so old that only its id is kept, which stays used'), transactionId };
    case 'unavailable':
      return { ...unavailable(), transactionId };
  }
}
