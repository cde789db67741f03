// Makes, lists, revokes and rotates API keys. Invariant: the text of a key is in the answer to its making and nowhere
// else; a rotation makes the new key before it touches the old one, so at no moment is there none.
// Dying in between leaves a key too many and never one too few: run it again and revoke what was not handed out.
import { isRevoked, keyIdOf, keyTextOf } from '../domain/key/api-key.ts';
import type { ApiKey, Revocation, StandingKey } from '../domain/key/api-key.ts';
import type { MerchantId } from '../domain/payment/payment.ts';
import { epochMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { Random } from '../ports/random.ts';
import { repeat } from './repeat.ts';

export interface ManageKeysPorts {
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
}

export interface NewKey {
  readonly keyId: string;
  /** To be shown once. */
  readonly text: string;
}

/** Throws PortFault: a key whose text nobody was shown may then stand, and is of no use to anybody. */
export async function createKey(ports: ManageKeysPorts, wanted: Omit<ApiKey, 'createdAt'>): Promise<NewKey> {
  const text = keyTextOf(wanted.live, (below) => ports.random.integer(below));
  const keySha256 = ports.digest(text);
  const key: ApiKey = { ...wanted, createdAt: ports.clock.now() };
  await repeat(ports.clock, () => ports.keys.add(keySha256, key));
  return { keyId: keyIdOf(keySha256), text };
}

/** More keys than a merchant has any use for; the list says so when it ends early. */
const KEYS_MAX = 1000;
const PAGE = 100;

export interface KeyList {
  readonly keys: readonly StandingKey[];
  /** There are more than are listed. */
  readonly isCut: boolean;
}

/** Throws PortFault. */
export async function listKeys(ports: Pick<ManageKeysPorts, 'keys' | 'clock'>, merchantId: MerchantId): Promise<KeyList> {
  const keys: StandingKey[] = [];
  let cursor: string | undefined;
  do {
    const at = cursor;
    const page = await repeat(ports.clock, () => ports.keys.list({ merchantId, limit: PAGE, ...(at !== undefined && { cursor: at }) }));
    keys.push(...page.keys);
    ({ cursor } = page);
  } while (cursor !== undefined && keys.length < KEYS_MAX);
  return { keys, isCut: cursor !== undefined };
}

export type RevokeResult = { readonly code: 'revoked'; readonly revocation: Revocation } | { readonly code: 'not_found' };

export type Why = Omit<Revocation, 'revokedAt'>;

/** Refusals: `not_found`. Throws PortFault: revoke again, which never puts off a revocation that stands. */
export async function revokeKey(ports: Pick<ManageKeysPorts, 'keys' | 'clock'>, keyId: string, why: Why): Promise<RevokeResult> {
  const key = await repeat(ports.clock, () => ports.keys.findById(keyId));
  if (!key) return { code: 'not_found' };
  const revocation: Revocation = { ...why, revokedAt: ports.clock.now() };
  return { code: 'revoked', revocation: await repeat(ports.clock, () => ports.keys.revoke(key.keySha256, revocation)) };
}

export type RotateResult =
  | { readonly code: 'rotated'; readonly key: NewKey; readonly old: Revocation }
  | { readonly code: 'not_found' }
  /** Its owner is already without it: make a new key instead. */
  | { readonly code: 'revoked' };

export interface Rotation extends Why {
  /** How long the old key still works. */
  readonly overlapMs: number;
}

/** Refusals: `not_found`, `revoked`. Throws PortFault: rotate again. */
export async function rotateKey(ports: ManageKeysPorts, keyId: string, { overlapMs, ...why }: Rotation): Promise<RotateResult> {
  const old = await repeat(ports.clock, () => ports.keys.findById(keyId));
  if (!old) return { code: 'not_found' };
  if (isRevoked(old, ports.clock.now())) return { code: 'revoked' };
  const { merchantId, live, scopes, name } = old;
  const key = await createKey(ports, { merchantId, live, scopes, ...(name !== undefined && { name }) });
  const revocation: Revocation = { ...why, revokedAt: epochMs(ports.clock.now() + overlapMs) };
  return { code: 'rotated', key, old: await repeat(ports.clock, () => ports.keys.revoke(old.keySha256, revocation)) };
}
