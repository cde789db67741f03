// From an HTTP event about one payment to its key, or to the reply that refuses it.
import { idFault, transactionId } from '@understudy/core';
import type { Caller, PaymentKey } from '@understudy/core';
import { callerOf } from './caller.ts';
import type { HttpEvent } from './http-event.ts';
import { invalidRequest } from './reply.ts';
import type { Reply } from './reply.ts';

export type KeyRead = { readonly ok: true; readonly caller: Caller; readonly key: PaymentKey } | { readonly ok: false; readonly reply: Reply };

/**
 * Once: a REST API decodes a query before it hands it over, and a path never (a captured event: hotsock/voker,
 * vokerhttp/testdata/apigwv1-request.json). Where one did, this would change no id, which has no `%`. What is still
 * encoded after that is no id, nor is what cannot be decoded.
 */
const decoded = (text: string | undefined): string | undefined => {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** A path parameter, as its sender meant it. */
export const pathId = (event: HttpEvent, name: string): string | undefined => decoded(event.pathParameters?.[name]);

export function readPaymentKey(event: HttpEvent): KeyRead {
  const caller = callerOf(event);
  const id = pathId(event, 'transaction_id');
  const fault = idFault('transaction_id', id);
  if (fault || id === undefined) return { ok: false, reply: invalidRequest(fault ? [fault] : [{ message: 'transaction_id is required' }]) };
  return { ok: true, caller, key: { merchantId: caller.merchantId, transactionId: transactionId(id) } };
}
