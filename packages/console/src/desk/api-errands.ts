/**
 * What only the API can do, because it alone signs sessions and judges requests: made with a merchant's key, as any client
 * would. Invariant: nothing is repeated here; an answer that was lost is said to be unknown.
 */
import type { SessionSays } from '../contract/desk.ts';
import { badRequest, DeskRefusal, notNow, ok, textOf } from './answer.ts';
import type { DeskAnswer, DeskRequest } from './answer.ts';
import type { ApiDoor, DeskPorts } from './ports.ts';

const ID_CHARACTERS_MAX = 100;
/** A signed id says all that paying needs, and is long. */
const SESSION_CHARACTERS_MAX = 1_000;
const MONEY_CHARACTERS_MAX = 30;

export const whyNoApi = (ports: DeskPorts): string | undefined => (ports.api ? undefined : 'no API key is at hand: payments and sessions are made by a merchant');

function doorOf(ports: DeskPorts): ApiDoor {
  if (!ports.api) throw notNow(whyNoApi(ports) ?? '');
  return ports.api;
}

const moneyIn = (body: DeskRequest['body']) => ({ customer_id: textOf(body, 'customer', ID_CHARACTERS_MAX), amount: textOf(body, 'amount', MONEY_CHARACTERS_MAX), currency: textOf(body, 'currency', 3) });

export async function makePayment(ports: DeskPorts, body: DeskRequest['body']): Promise<DeskAnswer> {
  const answer = await asked(doorOf(ports)('POST', '/payments', {
    transaction_id: textOf(body, 'id', ID_CHARACTERS_MAX), ...moneyIn(body), payment_method: 'card_visa',
    ...(typeof body['session'] === 'string' && body['session'] !== '' && { session_id: textOf(body, 'session', SESSION_CHARACTERS_MAX) }),
  }));
  return ok({ merchant: field(answer, 'merchant_id') || 'demo', id: field(answer, 'transaction_id'), status: field(answer, 'status') });
}

export async function openSession(ports: DeskPorts, body: DeskRequest['body']): Promise<DeskAnswer> {
  return ok(sessionOf(await asked(doorOf(ports)('POST', '/sessions', moneyIn(body)))));
}

export async function readSession(ports: DeskPorts, id: string): Promise<DeskAnswer> {
  if (id.length > SESSION_CHARACTERS_MAX) throw badRequest('there is no session id of this length');
  return ok(sessionOf(await asked(doorOf(ports)('GET', `/sessions/${id}`))));
}

type Fields = Readonly<Record<string, unknown>>;

const field = (body: Fields, name: string): string => (typeof body[name] === 'string' ? body[name] : '');

const sessionOf = (body: Fields): SessionSays => ({
  id: field(body, 'session_id'), status: field(body, 'status'), customer: field(body, 'customer_id'), amount: field(body, 'amount'), currency: field(body, 'currency'), expiresAt: field(body, 'expires_at'),
});

async function asked(call: ReturnType<ApiDoor>): Promise<Fields> {
  const { status, body } = await call;
  const fields = body as Fields;
  if (status < 400) return fields;
  throw new DeskRefusal(status, field(fields, 'code') || 'refused', field(fields, 'error') || field(fields, 'message') || `the API answered ${status}`);
}
