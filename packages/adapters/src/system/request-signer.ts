/**
 * aws4's signature version 4 of a request, made with a key as Node keeps one: aws4 keeps the key of a day in a buffer, and
 * to find out that a buffer is no key of its own takes Node six times as long as to sign.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import aws4 from 'aws4';
import type { Request } from 'aws4';
import type { AwsCredentials } from './aws-client.ts';

const hmac = (key: KeyObject, text: string): KeyObject => createSecretKey(createHmac('sha256', key).update(text, 'utf8').digest());

/** The key of a day, a region and a service; kept for as long as these and the secret stay. */
export class SigningKey {
  #of = '';
  #key: KeyObject | undefined;

  keyFor(secret: string, scope: readonly string[]): KeyObject {
    const of = [secret, ...scope].join();
    if (!this.#key || this.#of !== of) {
      this.#key = [...scope, 'aws4_request'].reduce(hmac, createSecretKey(`AWS4${secret}`, 'utf8'));
      this.#of = of;
    }
    return this.#key;
  }
}

export class KeyedSigner extends aws4.RequestSigner {
  readonly #secret: string;
  readonly #signingKey: SigningKey;

  constructor(request: Request, credentials: AwsCredentials, signingKey: SigningKey) {
    super(request, credentials);
    this.#secret = credentials.secretAccessKey;
    this.#signingKey = signingKey;
  }

  override signature(): string {
    const key = this.#signingKey.keyFor(this.#secret, [this.getDate(), this.region, this.service]);
    return createHmac('sha256', key).update(this.stringToSign(), 'utf8').digest('hex');
  }
}
