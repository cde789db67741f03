/**
 * The signing secrets of webhook endpoints, derived from the service's signing keys: `whsec_` and 32 bytes in base64.
 * Invariant: an endpoint's secret is the same in both regions and for as long as its signing key is kept.
 */
import { createHmac } from 'node:crypto';
import { PortFault } from '@understudy/core';
import type { EndpointSecrets } from '@understudy/core';
import { deriveKey } from '../system/hmac-signer.ts';
import type { SigningKeys } from '../system/hmac-signer.ts';

const LABEL = 'webhook/1';

/** `keys` is asked at each use; whoever gives them remembers them. */
export function createEndpointSecrets(keys: () => Promise<SigningKeys>): EndpointSecrets {
  const read = async (): Promise<SigningKeys> => {
    try {
      return await keys();
    } catch (cause) {
      throw new PortFault({ port: 'signer', retryable: true, message: 'the signing keys could not be read', cause });
    }
  };
  return {
    currentKey: async () => (await read()).signs,
    async secretOf(merchant, { id, keyId }) {
      const { keys: secrets } = await read();
      const secret = Object.hasOwn(secrets, keyId) ? secrets[keyId] : undefined;
      return secret === undefined ? undefined : `whsec_${createHmac('sha256', deriveKey(secret, LABEL)).update(`${merchant}\n${id}`, 'utf8').digest('base64')}`;
    },
  };
}
