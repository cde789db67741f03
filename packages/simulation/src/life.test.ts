// The protocol as a whole by random lives, and that a life can be lived again.
import { expect, test } from 'vitest';
import { live } from './life.ts';
import { liveMany } from './many.ts';

const LIVES = 200;
const CHUNK = 50;

test.each(Array.from({ length: LIVES / CHUNK }, (_, i) => i * CHUNK + 1))('simulation: 50 lives from seed %i -> every promise kept, and all comes to rest', async (first) => {
  let [moves, refunds, paid, notices, leftToAudit] = [0, 0, 0, 0, 0];
  for (let seed = first; seed < first + CHUNK; seed += 1) {
    const outcome = await live({ seed });
    expect({ seed, safety: outcome.safety, liveness: outcome.liveness }).toEqual({ seed, safety: [], liveness: [] });
    [moves, refunds, paid, notices, leftToAudit] = [moves + outcome.moves, refunds + outcome.refunds, paid + outcome.sessionsPaid, notices + outcome.notices, leftToAudit + outcome.leftToAudit];
  }
  // A simulator in which nothing happens finds nothing.
  expect(Math.min(moves, refunds, paid, notices / 10)).toBeGreaterThan(CHUNK / 2);
  expect(leftToAudit).toBeLessThan(CHUNK / 10);
});

test('simulation: lives on two cores -> the same lives in the same order', async () => {
  const many = { runs: 6, seed: 20 };
  expect(await liveMany({ ...many, workers: 2 }, () => {})).toEqual(await liveMany({ ...many, workers: 1 }, () => {}));
});

test('simulation: the same seed -> the same life, byte for byte', async () => {
  const [once, twice] = [await live({ seed: 11, trace: true }), await live({ seed: 11, trace: true })];
  expect(once.trace.length).toBeGreaterThan(10_000);
  expect(twice).toEqual(once);
  expect((await live({ seed: 12, trace: true })).trace).not.toEqual(once.trace);
});
