// The text of a session id: everything that paying needs to know, and a signature. So a session is valid in the other
// region before anything of it got there, and paying reads no table of sessions.
// Invariant: a session has exactly one text. That is why the parts stand here as plain text and not in base64, where
// several texts mean the same bytes, and the same session could be paid once under each. It is signed, not secret.
import { assert } from '../../support/assert.ts';
import { minorUnits } from '../money/money.ts';
import type { Money } from '../money/money.ts';
import type { MerchantId } from '../payment/payment.ts';
import { epochMs } from '../time.ts';
import type { EpochMs } from '../time.ts';
import { sessionId } from './session.ts';
import type { SessionId } from './session.ts';

/** Who the session is for: the id itself, or the beginning of its SHA-256 when it is too long to be carried along. */
export type TokenCustomer = { readonly kind: 'id'; readonly text: string } | { readonly kind: 'hash'; readonly text: string };

export interface TokenFacts {
  readonly amount: Money;
  /** A whole second. */
  readonly expiresAt: EpochMs;
  readonly customer: TokenCustomer;
  /** 16 hexadecimal digits that tell two equal sessions apart. */
  readonly nonce: string;
}

export interface Token extends TokenFacts {
  readonly keyId: string;
  /** All of it but the signature. */
  readonly body: string;
  readonly mac: string;
}

/** Ids are as long as that, by the contract. */
const TOKEN_CHARS_MAX = 128;
/** So that the longest of everything fits: key 4, time 8, amount 15, currency 3, nonce 16, signature 22 characters. */
const CUSTOMER_CHARS = 40;

const pattern = /^(cs_1\.([A-Za-z0-9]{1,4})\.([0-9a-f]{1,8})\.([0-9a-f]{1,15})\.([A-Z]{3})\.([0-9a-f]{16})\.([ch])\.([A-Za-z0-9._:-]{1,40}))\.([A-Za-z0-9_-]{22})$/;

/** `sha256` is the hexadecimal SHA-256 of the customer's id. */
export const tokenCustomer = (customer: string, sha256: (text: string) => string): TokenCustomer =>
  customer.length <= CUSTOMER_CHARS ? { kind: 'id', text: customer } : { kind: 'hash', text: sha256(customer).slice(0, CUSTOMER_CHARS) };

export const tokenBody = (keyId: string, facts: TokenFacts): string =>
  [
    'cs_1', keyId, (facts.expiresAt / 1000).toString(16), facts.amount.minor.toString(16), facts.amount.currency, facts.nonce,
    facts.customer.kind === 'id' ? 'c' : 'h', facts.customer.text,
  ].join('.');

export function tokenText(body: string, mac: string): SessionId {
  const text = `${body}.${mac}`;
  assert(text.length <= TOKEN_CHARS_MAX && pattern.test(text), 'a session id has the form of one');
  return sessionId(text);
}

/** What the text says of itself, or undefined when it is no session id. Nothing of it is true before its signature is verified. */
export function readToken(text: string): Token | undefined {
  const [, body, keyId, seconds, minor, currency, nonce, kind, customer, mac] = pattern.exec(text) ?? [];
  if (text.length > TOKEN_CHARS_MAX || body === undefined || keyId === undefined || currency === undefined || nonce === undefined || customer === undefined || mac === undefined) return undefined;
  return {
    keyId, body, mac, nonce,
    expiresAt: epochMs(Number.parseInt(seconds ?? '', 16) * 1000),
    amount: { minor: minorUnits(BigInt(`0x${minor ?? ''}`)), currency },
    customer: { kind: kind === 'c' ? 'id' : 'hash', text: customer },
  };
}

/** What is signed: the merchant and the mode belong to a session without standing in its id. */
export const signedText = (owner: { readonly merchantId: MerchantId; readonly live: boolean }, body: string): string =>
  [owner.merchantId, owner.live ? 'live' : 'test', body].join('\n');
