/**
 * The key a newcomer pays with: made at the first start, a test key of the merchant `demo`. The table holds its hash,
 * as on AWS; its text is kept in a file only its owner can read, because `npm start` shows it each time.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { sha256Hex, systemClock, systemRandom } from '@understudy/adapters/system';
import { createKey, merchantId, paymentScopes } from '@understudy/core';
import type { ApiKey, KeyStore } from '@understudy/core';

export type WantedKey = Pick<ApiKey, 'merchantId' | 'live' | 'scopes'>;

const demo: WantedKey = { merchantId: merchantId('demo'), live: false, scopes: paymentScopes };

/** A new key, stored as its hash. The text is returned once and kept nowhere. */
export async function createApiKey(keys: KeyStore, wanted: WantedKey): Promise<string> {
  return (await createKey({ keys, clock: systemClock, random: systemRandom, digest: sha256Hex }, wanted)).text;
}

/** The demo key of this data folder. */
export async function demoApiKey(keys: KeyStore, file: string): Promise<string> {
  if (existsSync(file)) {
    const text = readFileSync(file, 'utf8').trim();
    await keys.add(sha256Hex(text), { ...demo, createdAt: systemClock.now() });
    return text;
  }
  const text = await createApiKey(keys, demo);
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return text;
}
