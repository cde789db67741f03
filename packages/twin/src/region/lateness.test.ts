import { expect, test, vi } from 'vitest';
import { Lateness } from './lateness.ts';

test('lateness: a process that was busy -> late, at once; one that is idle again -> not', async () => {
  const lateness = new Lateness();
  const busyUntil = performance.now() + 150;
  while (performance.now() < busyUntil);
  expect(lateness.nowMs).toBeGreaterThan(100);
  await vi.waitFor(() => expect(lateness.nowMs).toBeLessThan(50), { timeout: 5_000, interval: 10 });
  lateness.stop();
});
