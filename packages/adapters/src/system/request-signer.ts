// aws4's signature of a request, made with a key that Node keeps: aws4 keeps the key of a day in a buffer.
import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import aws4 from 'aws4';
import type { Request } from 'aws4';
import type { AwsCredentials } from './aws-client.ts';
import { signingKeyOf } from './signing-key.ts';

/** The key of a day, a region and a service; kept for as long as these and the secret stay. */
export class SigningKey {
  #of = '';
  #key: KeyObject | undefined;

  keyFor(secret: string, scope: readonly string[]): KeyObject {
    const of = [secret, ...scope].join();
    if (!this.#key || this.#of !== of) {
      this.#key = signingKeyOf(secret, scope);
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
