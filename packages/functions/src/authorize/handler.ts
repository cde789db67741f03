// Says to API Gateway whose key a request carries, before any function is called (REST API, REQUEST authorizer).
// Invariant: a key that cannot be looked at is a failure, which the gateway answers as 503, and never a refusal; a key
// leaves here as its id, not even the log sees it. What a key may do is for the operation to say: this answer is
// remembered for the whole API.
import { checkKey } from '@understudy/core';
import type { CheckKeyPorts, StandingKey } from '@understudy/core';
import { usageKeyOf } from '../gateway.ts';
import { callerContext } from '../shared/caller.ts';
import { headerOf } from '../shared/http-event.ts';
import type { HttpEvent } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';

/** The parts of the gateway's question that are used. */
export interface AuthorizerEvent extends Pick<HttpEvent, 'headers' | 'requestContext'> {
  /** arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path */
  readonly methodArn: string;
}

export interface AuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly { readonly Action: 'execute-api:Invoke'; readonly Effect: 'Allow' | 'Deny'; readonly Resource: string }[];
  };
  readonly context: Readonly<Record<string, string>>;
  readonly usageIdentifierKey: string;
}

export type AuthorizerHandler = (event: AuthorizerEvent) => Promise<AuthorizerResult>;

export type AuthorizeHandlerPorts = CheckKeyPorts & Runtime & {
  /** The set of usage keys of this environment. */
  readonly usageSet?: string;
};

export function createAuthorizeHandler(ports: AuthorizeHandlerPorts): AuthorizerHandler {
  return (event) =>
    ports.log.during({ request_id: event.requestContext?.requestId ?? ports.random.id() }, async () => {
      try {
        const check = await checkKey(ports, bearerOf(event) ?? '');
        switch (check.code) {
          case 'valid':
            return allow(event.methodArn, check.key, usageKeyOf(ports.digest(check.key.merchantId), ports.usageSet));
          case 'unauthorized':
            // The one message that the gateway answers with 401.
            throw new Error('Unauthorized');
          case 'unavailable':
            throw new Error('the keys cannot be read');
        }
      } finally {
        ports.metrics.flush();
      }
    });
}

function bearerOf(event: AuthorizerEvent): string | undefined {
  const [scheme, key, ...rest] = (headerOf(event, 'authorization') ?? '').trim().split(/ +/);
  return scheme?.toLowerCase() === 'bearer' && rest.length === 0 ? key : undefined;
}

/** For every method of this stage, because the gateway uses the answer again for whatever else the key asks. */
function allow(methodArn: string, key: StandingKey, usageIdentifierKey: string): AuthorizerResult {
  const [api = '', stage = ''] = methodArn.split('/');
  return {
    principalId: key.keyId,
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${api}/${stage}/*` }] },
    context: callerContext(key),
    usageIdentifierKey,
  };
}
