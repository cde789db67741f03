// Who is calling, as the gateway's authorizer found out. Invariant: it is never taken from what the client sent; an
// event without it is a bug of the deployment, which serves nobody.
import { assert, merchantId, scopes } from '@understudy/core';
import type { Caller, Scope, StandingKey } from '@understudy/core';
import type { HttpEvent } from './http-event.ts';

export interface KeyedCaller extends Caller {
  readonly scopes: readonly Scope[];
}

/** What the authorizer notes of a key. A gateway hands every value on as text. */
export const callerContext = (key: StandingKey): Readonly<Record<string, string>> => ({
  merchant_id: key.merchantId,
  live: String(key.live),
  scopes: key.scopes.join(' '),
  key_id: key.keyId,
});

export function callerOf(event: HttpEvent): KeyedCaller {
  const { merchant_id: merchant, live, scopes: held } = event.requestContext?.authorizer ?? {};
  assert(typeof merchant === 'string' && merchant !== '' && typeof held === 'string', 'the gateway says who is calling before a function is called');
  assert(live === 'true' || live === 'false', 'a key is either live or test');
  return { merchantId: merchantId(merchant), live: live === 'true', scopes: scopes.filter((scope) => held.split(' ').includes(scope)) };
}
