export { FileSpool } from './file-spool.ts';
// What a process has without any service: time, randomness, a digest, signatures.
export { createHmacSigner, deriveKey } from './hmac-signer.ts';
export type { HmacSignerOptions, SigningKeys } from './hmac-signer.ts';
export { sha256Hex } from './sha256-hex.ts';
export { signingKeyOf } from './signing-key.ts';
export { systemClock } from './system-clock.ts';
export { systemRandom } from './system-random.ts';
