import type { MerchantId } from '../domain/payment/payment.ts';

export interface ApiKey {
  readonly merchantId: MerchantId;
  /** Test keys never reach a live acquirer. */
  readonly live: boolean;
}

/** API keys by the SHA-256 of the whole key. Undefined only when there certainly is no such key; throws PortFault of port `keys`. */
export interface KeyStore {
  find(keySha256: string): Promise<ApiKey | undefined>;
  /** Immutable: adding the same again is no fault. */
  add(keySha256: string, key: ApiKey): Promise<void>;
}
