/**
 * The secret that this twin signs with, as both regions have it from a replicated secret on AWS. Made at the first start
 * and kept in a file that only its owner can read, so that what was signed before a restart is good after it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const SECRET_BYTES = 32;

/** The value of the variable SIGNING_KEYS. */
export function signingKeysIn(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const text = JSON.stringify({ signs: 'a', a: randomBytes(SECRET_BYTES).toString('base64') });
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return text;
}
