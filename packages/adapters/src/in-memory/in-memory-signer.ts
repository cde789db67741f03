// Signatures in memory: one key, which is the name of the world it belongs to. Not for secrets.
import { createHash } from 'node:crypto';
import type { Signer } from '@understudy/core';

const KEY_ID = 'mem';

export class InMemorySigner implements Signer {
  readonly #secret: string;

  constructor(secret = 'world') {
    this.#secret = secret;
  }

  async currentKey(): Promise<string> {
    return KEY_ID;
  }

  async sign(keyId: string, text: string): Promise<string> {
    return createHash('sha256').update(`${this.#secret}\n${keyId}\n${text}`).digest('base64url').slice(0, 22);
  }

  async verify(keyId: string, text: string, mac: string): Promise<boolean> {
    return keyId === KEY_ID && (await this.sign(keyId, text)) === mac;
  }
}
