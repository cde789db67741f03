// Lives that once were, or nearly were, broken promises. A seed means the same life only as long as work and faults are drawn
// alike; what it was about is in its name. Bugs that need one exact order of calls are scripts, beside what they are about.
import { expect, test } from 'vitest';
import { live } from '../life.ts';

const lives: readonly { readonly name: string; readonly seed: number; readonly leftToAudit: number }[] = [
  { name: 'a detector is paused between its look and its decision', seed: 110, leftToAudit: 0 },
  { name: 'a charge is made after its payment was decided otherwise, and its sender dies: the audit finds it and gives it back', seed: 293, leftToAudit: 1 },
];

test.each(lives)('regression: $name, seed $seed -> every promise kept', async ({ seed, leftToAudit }) => {
  const outcome = await live({ seed });
  expect({ safety: outcome.safety, liveness: outcome.liveness, leftToAudit: outcome.leftToAudit }).toEqual({ safety: [], liveness: [], leftToAudit });
});
