// The merchant's webhook endpoint: made before the first payment, and now and then out of order while there is trouble.
import type { World } from '@understudy/adapters/in-memory';
import type { Stage } from '../stage.ts';
import { shop } from './shop.ts';

export const endpointUrl = 'https://shop.example/hooks';
const OUT_OF_ORDER = 0.3;

export async function openEndpoint(stage: Stage, world: World): Promise<void> {
  const { endpoints, webhooks } = world.backstage;
  const endpoint = { id: 'we_1', url: endpointUrl, live: shop.live, keyId: 'k1', createdAt: world.clock.now() };
  await endpoints.replace(shop.merchantId, 0, [endpoint]);
  webhooks.answer(endpointUrl, async () => (stage.troubles.lossy && stage.dice.chance(OUT_OF_ORDER) ? { told: false, answer: 'HTTP 503' } : { told: true, answer: 'HTTP 200' }));
}
