// An API key as the service knows it: whose it is, which side it pays on, and what it may do. Its text is known to its
// owner alone; here it goes by its SHA-256, and among people by an id made from that.
// Invariant: a key never changes. It is revoked by a revocation beside it, which says from when on.
import type { MerchantId } from '../payment/payment.ts';
import type { EpochMs } from '../time.ts';

/** `admin` permits whatever any other scope permits. */
export const scopes = ['payments:write', 'payments:read', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export const permits = (held: readonly Scope[], needed: Scope): boolean => held.includes(needed) || held.includes('admin');

/** What a key may do that was stored before keys had scopes. */
export const paymentScopes: readonly Scope[] = ['payments:write', 'payments:read'];

export interface ApiKey {
  readonly merchantId: MerchantId;
  /** Test keys never reach a live acquirer. */
  readonly live: boolean;
  readonly scopes: readonly Scope[];
  /** What its owner calls it. */
  readonly name?: string;
  /** Absent for a key that was stored before this was noted. */
  readonly createdAt?: EpochMs;
}

export interface Revocation {
  /** From when on the key is refused; may lie ahead, so that a new key and the old one overlap. */
  readonly revokedAt: EpochMs;
  readonly by: string;
  readonly reason: string;
}

/** A key as it stands. */
export interface StandingKey extends ApiKey {
  readonly keyId: string;
  readonly revocation?: Revocation;
}

/** 64 bits of the digest: enough to tell keys apart, of no use to who wants to pay with one. */
const ID_DIGITS = 16;

export const keyIdOf = (keySha256: string): string => `key_${keySha256.slice(0, ID_DIGITS)}`;

export const isRevoked = (key: StandingKey, now: EpochMs): boolean => key.revocation !== undefined && key.revocation.revokedAt <= now;

/** Of two revocations the one that takes effect earlier stands, so that no revocation is ever put off. */
export const replacesRevocation = (standing: Revocation | undefined, given: Revocation): boolean => standing === undefined || given.revokedAt < standing.revokedAt;

/** Longer than any key that was ever made, which bounds what is digested for nothing. */
const keyPattern = /^us_(?:live|test)_[A-Za-z0-9]{24,64}$/;

export const isKeyText = (text: string): boolean => keyPattern.test(text);

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 is just above 2^256. */
const SECRET_CHARACTERS = 43;

/** The text of a new key; `pick` must be unpredictable. */
export const keyTextOf = (live: boolean, pick: (below: number) => number): string =>
  `us_${live ? 'live' : 'test'}_${Array.from({ length: SECRET_CHARACTERS }, () => ALPHABET[pick(ALPHABET.length)]).join('')}`;

const merchantPattern = /^[A-Za-z0-9._-]{1,64}$/;
const namePattern = /^[A-Za-z0-9 ._:-]{1,64}$/;

export const MERCHANT_RULE = '1 to 64 characters of A-Z a-z 0-9 . _ -';
export const KEY_NAME_RULE = '1 to 64 characters of A-Z a-z 0-9 space . _ : -';
export const isMerchantId = (text: string): text is MerchantId => merchantPattern.test(text);
export const isKeyName = (text: string): boolean => namePattern.test(text);
