import type { ApiKey, Revocation, StandingKey } from '../domain/key/api-key.ts';
import type { MerchantId } from '../domain/payment/payment.ts';

export interface KeyPage {
  readonly merchantId: MerchantId;
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * API keys by the SHA-256 of the whole key, and their revocations. Throws PortFault of port `keys`.
 * Every write is idempotent: after a fault the same may be written again.
 */
export interface KeyStore {
  /** Strong, undefined only when there certainly is no such key. While nobody can look, what was seen a while ago. */
  find(keySha256: string): Promise<StandingKey | undefined>;
  /** The key that goes by this id among people. Strong. */
  findById(keyId: string): Promise<(StandingKey & { readonly keySha256: string }) | undefined>;
  /** Immutable: adding the same again is no fault. */
  add(keySha256: string, key: ApiKey): Promise<void>;
  /** Answers with the revocation that stands then: an earlier one is never put off. */
  revoke(keySha256: string, revocation: Revocation): Promise<Revocation>;
  /** Newest first. Each is as it stands, but the newest may be missing for as long as the index lags. */
  list(page: KeyPage): Promise<{ readonly keys: readonly StandingKey[]; readonly cursor?: string }>;
}
