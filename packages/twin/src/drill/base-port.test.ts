import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { holdBasePort } from './base-port.ts';
import type { BasePort } from './base-port.ts';

test('base port: many ask, at once and one after the other -> no two stretches overlap, and each can be used', async () => {
  const held: BasePort[] = [];
  onTestFinished(async () => void (await Promise.all(held.map((one) => one.release()))));
  for (let round = 0; round < 4; round += 1) held.push(...await Promise.all(Array.from({ length: 50 }, () => holdBasePort())));
  const bases = held.map(({ base }) => base).toSorted((a, b) => a - b);
  for (const [i, base] of bases.entries()) expect((bases[i + 1] ?? Infinity) - base).toBeGreaterThan(20);
  for (const port of [0, 1, 11, 12, 20].map((offset) => (bases[0] ?? 0) + offset)) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => server.close(resolve));
  }
});
