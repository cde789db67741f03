/**
 * Signatures by HMAC-SHA-256, of which 128 bits are kept.
 * Invariant: no key signs for two purposes. Each purpose has a label, and what signs is derived from the secret and it.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Signer } from '@understudy/core';
import { assert, PortFault } from '@understudy/core';

/** Secrets by name, 32 bytes and more in base64, and the one that signs now. A new one is added everywhere first, and signs afterwards. */
export interface SigningKeys {
  readonly signs: string;
  readonly keys: Readonly<Record<string, string>>;
}

export interface HmacSignerOptions {
  /** Asked at each use; whoever gives them remembers them. */
  readonly keys: () => Promise<SigningKeys>;
  /** Such as `session/1`. */
  readonly label: string;
}

const DERIVED_BYTES = 32;
const MAC_CHARS = 22;

/** A key of its own for this label: nobody learns anything of the secret, or of another label's key, from it. */
export const deriveKey = (secretBase64: string, label: string): Buffer =>
  Buffer.from(hkdfSync('sha256', Buffer.from(secretBase64, 'base64'), '', label, DERIVED_BYTES));

export function createHmacSigner({ keys, label }: HmacSignerOptions): Signer {
  const read = async (): Promise<SigningKeys> => {
    try {
      return await keys();
    } catch (cause) {
      throw new PortFault({ port: 'signer', retryable: true, message: 'the signing keys could not be read', cause });
    }
  };
  const macOf = ({ keys: secrets }: SigningKeys, keyId: string, text: string): string | undefined => {
    const secret = Object.hasOwn(secrets, keyId) ? secrets[keyId] : undefined;
    return secret === undefined ? undefined : createHmac('sha256', deriveKey(secret, label)).update(text, 'utf8').digest('base64url').slice(0, MAC_CHARS);
  };
  return {
    currentKey: async () => (await read()).signs,
    async sign(keyId, text) {
      const mac = macOf(await read(), keyId, text);
      assert(mac !== undefined, 'what is signed with is a key that there is');
      return mac;
    },
    async verify(keyId, text, mac) {
      const expected = macOf(await read(), keyId, text);
      if (expected === undefined) return false;
      const [given, wanted] = [Buffer.from(mac, 'utf8'), Buffer.from(expected, 'utf8')];
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}
