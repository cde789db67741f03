// Lives that once broke a promise. A seed means the same life only as long as work and faults are drawn alike; what it
// was about is in its name.
import { expect, test } from 'vitest';
import { live } from '../life.ts';

const lives: readonly { readonly name: string; readonly seed: number; readonly leftToAudit: number }[] = [
  { name: 'a charge in progress when its payment is cancelled', seed: 139, leftToAudit: 0 },
  { name: 'an acquirer forgets that it declined, charges, and loses its answer', seed: 9717, leftToAudit: 1 },
];

test.each(lives)('regression: $name, seed $seed -> every promise kept', async ({ seed, leftToAudit }) => {
  const outcome = await live({ seed });
  expect({ safety: outcome.safety, liveness: outcome.liveness, leftToAudit: outcome.leftToAudit }).toEqual({ safety: [], liveness: [], leftToAudit });
});
