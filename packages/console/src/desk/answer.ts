/**
 * A request to the desk and what it is answered with, without any transport, and how what was sent is read.
 * Invariant: nothing unread is used; what is wrong with it is said in a sentence that repeats no value.
 */
import { idFault, isMerchantId, merchantId, MERCHANT_RULE, transactionId } from '@understudy/core';
import type { MerchantId, PaymentKey, TransactionId } from '@understudy/core';

export interface DeskRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface DeskAnswer {
  readonly status: number;
  readonly body: object;
}

/** What cannot be understood, or not be done now; the message is for the person who asked. */
export class DeskRefusal extends Error {
  override readonly name = 'DeskRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const badRequest = (sentence: string): DeskRefusal => new DeskRefusal(400, 'invalid_request', sentence);
export const notNow = (sentence: string): DeskRefusal => new DeskRefusal(409, 'not_now', sentence);
export const notFound = (sentence: string): DeskRefusal => new DeskRefusal(404, 'not_found', sentence);

export const ok = (body: object): DeskAnswer => ({ status: 200, body });

/** A text of the body that must be there. */
export function textOf(body: DeskRequest['body'], name: string, charactersMax: number): string {
  const value = body[name];
  if (typeof value !== 'string' || value.trim() === '' || value.length > charactersMax) throw badRequest(`${name} must be a text of 1 to ${charactersMax} characters`);
  return value.trim();
}

export const optionalTextOf = (body: DeskRequest['body'], name: string, charactersMax: number): string | undefined =>
  (body[name] === undefined || body[name] === '' ? undefined : textOf(body, name, charactersMax));

export function wholeOf(value: unknown, { name, least, most, otherwise }: { readonly name: string; readonly least: number; readonly most: number; readonly otherwise: number }): number {
  if (value === undefined || value === null) return otherwise;
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) throw badRequest(`${name} must be a whole number from ${least} to ${most}`);
  return number;
}

export function merchantIn(text: string): MerchantId {
  if (!isMerchantId(text)) throw badRequest(`merchant must be ${MERCHANT_RULE}`);
  return merchantId(text);
}

export function transactionIn(text: string): TransactionId {
  const fault = idFault('transaction_id', text);
  if (fault) throw badRequest(fault.message);
  return transactionId(text);
}

export function keyIn(merchant: string, id: string): PaymentKey {
  return { merchantId: merchantIn(decoded(merchant)), transactionId: transactionIn(decoded(id)) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest('the path is not encoded as a path must be');
  }
}
