// Signs in to the ledger with a token of IAM in place of a password: a request, presigned with the function's own
// role, that the database service checks. Signing is arithmetic: nothing is asked over the network, so a function that
// starts in the middle of an outage depends on one service less, and there is no password to rotate or to leak.
// Invariant: a token is made for each new connection and is good for a quarter of an hour; no part of it is logged.
import { createHmac } from 'node:crypto';
import { sha256Hex, signingKeyOf } from '@understudy/adapters/system';
import { defaultProvider } from './environment-credentials.ts';

/** The longest that the database service allows. An open connection outlives its token. */
const VALID_S = 900;
const SERVICE = 'rds-db';

export interface TokenFor {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Where the ledger is, which need not be where the function runs. */
  readonly region: string;
}

/** As AWS writes a query: also what encodeURIComponent leaves alone. */
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** `now` is the time of signing. Signature version 4, with everything in the query. */
export async function ledgerToken({ host, port, user, region }: TokenFor, now: Date = new Date()): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = await defaultProvider()();
  const time = `${now.toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/${SERVICE}/aws4_request`;
  const query = Object.entries({
    Action: 'connect',
    DBUser: user,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(VALID_S),
    ...(sessionToken === undefined ? {} : { 'X-Amz-Security-Token': sessionToken }),
    'X-Amz-SignedHeaders': 'host',
  }).map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const request = ['GET', '/', query, `host:${host}:${port}`, '', 'host', sha256Hex('')].join('\n');
  const signature = createHmac('sha256', signingKeyOf(secretAccessKey, [day, region, SERVICE])).update(['AWS4-HMAC-SHA256', time, scope, sha256Hex(request)].join('\n')).digest('hex');
  return `${host}:${port}/?${query}&X-Amz-Signature=${signature}`;
}
