/**
 * The key a newcomer pays with: made at the first start, a test key of the merchant `demo`. The table holds its hash,
 * as on AWS; its text is kept in a file only its owner can read, because `npm start` shows it each time.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { sha256Hex } from '@understudy/adapters/system';
import { merchantId } from '@understudy/core';
import type { KeyStore, MerchantId } from '@understudy/core';

export const demoMerchant: MerchantId = merchantId('demo');

const KEY_BYTES = 24;

/** A key of `merchant`, stored as its hash. The text is returned once and kept nowhere. */
export async function createApiKey(keys: KeyStore, merchant: string): Promise<string> {
  const text = `us_test_${randomBytes(KEY_BYTES).toString('hex')}`;
  await keys.add(sha256Hex(text), { merchantId: merchantId(merchant), live: false });
  return text;
}

/** The demo key of this data folder. */
export async function demoApiKey(keys: KeyStore, file: string): Promise<string> {
  if (existsSync(file)) {
    const text = readFileSync(file, 'utf8').trim();
    await keys.add(sha256Hex(text), { merchantId: demoMerchant, live: false });
    return text;
  }
  const text = await createApiKey(keys, demoMerchant);
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return text;
}
