// Whose key this is. Invariant: "unauthorized" is said only when the key certainly is none of ours or is revoked; keys
// that cannot be looked at are "unavailable". The text of a key goes no further than its digest.
import { isKeyText, isRevoked } from '../domain/key/api-key.ts';
import type { StandingKey } from '../domain/key/api-key.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import { isPortFault } from '../ports/fault.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { Log } from '../ports/log.ts';

export interface CheckKeyPorts {
  readonly keys: Pick<KeyStore, 'find'>;
  readonly digest: Digest;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export type KeyCheck = { readonly code: 'valid'; readonly key: StandingKey } | { readonly code: 'unauthorized' } | { readonly code: 'unavailable' };

export async function checkKey(ports: CheckKeyPorts, text: string): Promise<KeyCheck> {
  if (!isKeyText(text)) return { code: 'unauthorized' };
  try {
    const key = await ports.keys.find(ports.digest(text));
    return key && !isRevoked(key, ports.clock.now()) ? { code: 'valid', key } : { code: 'unauthorized' };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('key_unread', { cause: error.message });
    return { code: 'unavailable' };
  }
}
