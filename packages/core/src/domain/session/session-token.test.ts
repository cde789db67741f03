import { expect, test } from 'vitest';
import { minorUnits } from '../money/money.ts';
import { merchantId } from '../payment/payment.ts';
import { epochMs } from '../time.ts';
import { readToken, signedText, tokenBody, tokenCustomer, tokenText } from './session-token.ts';
import type { TokenFacts } from './session-token.ts';

const mac = 'A_-'.repeat(8).slice(0, 22);
const facts: TokenFacts = { amount: { minor: minorUnits(1000n), currency: 'USD' }, expiresAt: epochMs(1_800_000_000_000), customer: { kind: 'id', text: 'customer.1:x' }, nonce: '0123456789abcdef' };
const largest: TokenFacts = {
  amount: { minor: minorUnits(999_999_999_999_999_999n), currency: 'JPY' }, expiresAt: epochMs(4_294_967_295_000), customer: { kind: 'hash', text: 'f'.repeat(40) }, nonce: 'f'.repeat(16),
};

test.each([['a', facts], ['zzzz', largest]] as const)('session id: written and read with key %s -> the same facts, in at most 128 characters that an id may have', (keyId, each) => {
  const body = tokenBody(keyId, each);
  const text = tokenText(body, mac);
  expect(text).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
  expect(readToken(text)).toEqual({ ...each, keyId, body, mac });
});

test('session id: what no writer makes -> no token', () => {
  const text = tokenText(tokenBody('a', facts), mac);
  for (const other of ['', 'cs_1', text.replace('cs_1', 'cs_2'), `${text} `, text.replace('.USD.', '.usd.'), text.slice(0, -1), text.replace('.c.', '.d.'), text.replace('customer', 'customer#')]) {
    expect(readToken(other)).toBeUndefined();
  }
});

test('session id: larger than it can be written -> a bug, not another session', () => {
  expect(() => tokenText(tokenBody('a', { ...facts, expiresAt: epochMs(1_800_000_000_500) }), mac)).toThrow('a session id has the form of one');
});

test('session id: a long customer id -> the beginning of its hash, which no shorter id is taken for', () => {
  const hash = 'ab'.repeat(32);
  expect(tokenCustomer('c'.repeat(40), () => hash)).toEqual({ kind: 'id', text: 'c'.repeat(40) });
  expect(tokenCustomer('c'.repeat(41), () => hash)).toEqual({ kind: 'hash', text: hash.slice(0, 40) });
  expect(tokenCustomer(hash.slice(0, 40), () => hash).kind).toBe('id');
});

test('session id: what is signed -> differs by merchant and mode', () => {
  const owners = ['shop', 'market'].flatMap((merchant) => [true, false].map((live) => signedText({ merchantId: merchantId(merchant), live }, 'body')));
  expect(new Set(owners).size).toBe(4);
});
