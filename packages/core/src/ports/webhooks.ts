import type { MerchantId } from '../domain/payment/payment.ts';
import type { EpochMs } from '../domain/time.ts';

export interface WebhookRequest {
  readonly url: string;
  /** The same at every try. */
  readonly id: string;
  readonly at: EpochMs;
  readonly secret: string;
  readonly body: string;
}

/** `answer`: a few words for a person, such as `HTTP 503` or `time-out`; never anything that the endpoint wrote. */
export interface WebhookAnswer {
  readonly told: boolean;
  readonly answer: string;
}

/** Calls endpoints. Never throws PortFault: that an endpoint cannot be reached is its answer. */
export interface Webhooks {
  /** Why this address may not be called, as the rest of a sentence that begins with `url`; undefined when it may. */
  refusalOf(url: string): Promise<string | undefined>;
  /** One bounded POST, signed. Refuses by itself to connect to an address that may not be called. */
  send(request: WebhookRequest): Promise<WebhookAnswer>;
}

/**
 * Secrets are derived from a signing key, so that none is stored and both regions have them all. Throws PortFault of
 * port `signer`: the keys could not be read.
 */
export interface EndpointSecrets {
  /** The key for new endpoints. */
  currentKey(): Promise<string>;
  /** Undefined when there is no such key any more. */
  secretOf(merchant: MerchantId, endpoint: { readonly id: string; readonly keyId: string }): Promise<string | undefined>;
}
