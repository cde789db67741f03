// Who is calling. Invariant: "unauthorized" is said only when the key certainly is none of ours; a store that cannot
// be asked is "unavailable". A key never leaves here, not even into the log.
import type { Caller, Digest, KeyStore, Log } from '@understudy/core';
import { isPortFault } from '@understudy/core';
import { headerOf } from './http-event.ts';
import type { HttpEvent } from './http-event.ts';
import { refusal, unavailable } from './reply.ts';
import type { Reply } from './reply.ts';

export interface AuthenticatePorts {
  readonly keys: KeyStore;
  readonly digest: Digest;
  readonly log: Log;
}

export type Authenticated = { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly reply: Reply };

const keyPattern = /^us_(live|test)_[A-Za-z0-9]{24,}$/;

const unauthorized = (): Authenticated => ({ ok: false, reply: refusal('unauthorized', 'a valid API key is required: Authorization: Bearer KEY') });

export async function authenticate(ports: AuthenticatePorts, event: HttpEvent): Promise<Authenticated> {
  const [scheme, key, ...rest] = (headerOf(event, 'authorization') ?? '').trim().split(/ +/);
  if (scheme?.toLowerCase() !== 'bearer' || key === undefined || rest.length > 0 || !keyPattern.test(key)) return unauthorized();
  try {
    const found = await ports.keys.find(ports.digest(key));
    return found ? { ok: true, caller: { merchantId: found.merchantId, live: found.live } } : unauthorized();
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('key_unread', { cause: error.message });
    return { ok: false, reply: unavailable() };
  }
}
