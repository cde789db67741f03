// The keys that this service signs with: written out in a variable, on one machine, or in a secret of Secrets Manager
// that both regions hold. Invariant: keys once read are good until others can be read; a key is never shown.
import * as v from 'valibot';
import { createHmacSigner } from '@understudy/adapters/system';
import type { SigningKeys } from '@understudy/adapters/system';
import type { Clock, Signer } from '@understudy/core';
import { readSecret } from './secret.ts';

export type SigningKeySource = SigningKeys | { readonly secretArn: string };

const keyId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{1,4}$/));
/** At least 32 bytes: 43 characters without padding. */
const secret = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43,}={0,2}$/));

/** Keys by name beside the name of the one that signs: the form that Secrets Manager can generate by itself. No name of a key is as long as `signs`. */
export const signingKeysSchema: v.GenericSchema<unknown, SigningKeys> = v.pipe(
  v.record(v.string(), v.string()),
  v.transform(({ signs, ...keys }) => ({ signs, keys })),
  v.strictObject({ signs: keyId, keys: v.record(keyId, secret) }),
  v.check(({ signs, keys }) => Object.hasOwn(keys, signs)),
);

/** A changed secret is seen within this time. The extension remembers too; this spares its being asked for each request. */
const FRESH_MS = 60_000;

export function signingKeys(source: SigningKeySource, clock: Pick<Clock, 'now'>): () => Promise<SigningKeys> {
  if (!('secretArn' in source)) return async () => source;
  let known: { readonly keys: SigningKeys; readonly readAt: number } | undefined;
  return async () => {
    const age = known ? clock.now() - known.readAt : Infinity;
    if (known && age >= 0 && age < FRESH_MS) return known.keys;
    try {
      const keys = parseSigningKeys(await readSecret(source.secretArn, 'the secret of the signing keys'));
      known = { keys, readAt: clock.now() };
      return keys;
    } catch (error) {
      if (known) return known.keys;
      throw error;
    }
  };
}

/** Throws with a sentence that shows nothing of the text: parsers quote what they cannot parse. */
function parseSigningKeys(text: string): SigningKeys {
  try {
    return v.parse(signingKeysSchema, JSON.parse(text));
  } catch {
    throw new Error('the secret of the signing keys does not hold signing keys');
  }
}

/** Signs session ids. Whoever signs anything else takes another label. */
export const sessionSigner = (source: SigningKeySource, clock: Pick<Clock, 'now'>): Signer => createHmacSigner({ keys: signingKeys(source, clock), label: 'session/1' });
