// The budget of a lost region: its phases against the simulator that adds them up.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDesk } from '../desk.test-support.ts';
import { cost } from './cost.ts';
import { plan } from './plan.ts';

interface Part {
  readonly phases: readonly { readonly name: string; readonly minS: number; readonly maxS: number }[];
  readonly medianS: number;
  readonly p99S: number;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = { environmentSuffix: 'dev', account: '111122223333', acquirer: { live: 'https://a.example.com', test: 'https://b.example.com' } };

function environment(more: object): string {
  const file = join(folder, 'environment.json');
  writeFileSync(file, JSON.stringify({ ...base, ...more }));
  return file;
}

async function planned(more: object): Promise<{ readonly acceptance: Part; readonly settlement: Part; readonly text: string }> {
  const { json, text } = await plan(testDesk(), { environment: environment(more), approvalMinutes: 30, seed: 1 });
  return { ...(json as { readonly acceptance: Part; readonly settlement: Part }), text };
}

test.each([['the defaults', {}], ['slow checks and detectors', { dns: { healthCheckIntervalS: 30, healthCheckFailures: 5, ttlS: 60 }, timings: { detect: { failuresMin: 6, dwellMs: 10_000 } } }], ['a person who approves', { failoverPolicy: 'approval' }]])('plan: %s -> what the simulator plays lies within the phases, and spans them', async (_what, more) => {
  const { acceptance, settlement } = await planned(more);
  for (const { phases, medianS, p99S } of [acceptance, settlement]) {
    const { minS, maxS } = phases.at(-1) ?? { minS: 0, maxS: 0 };
    expect(medianS).toBeGreaterThan(minS);
    expect(p99S).toBeLessThanOrEqual(Math.ceil(maxS));
    // Both ends are near what was played: no phase is missing, and none is too many.
    expect(Math.abs(medianS - (minS + maxS) / 2)).toBeLessThan((maxS - minS) / 4);
  }
});

test('plan: what the configuration changes -> is said: a person, no domain, eventual consistency', async () => {
  const approval = await planned({ failoverPolicy: 'approval', consistency: 'eventual' });
  expect(approval.text).toMatch(/a person approves +0 +1800/);
  expect(approval.text).toMatch(/Without a `domain`/);
  expect(approval.text).toMatch(/Lost: acknowledged payments/);
  expect((await planned({ domain: { hostedZoneId: 'Z0123456789ABC', zoneName: 'example.com' } })).text).not.toMatch(/a person approves|Without a `domain`|Lost: acknowledged/);
});

test('plan, cost: a configuration that cannot be used -> exit 2, and the field is named', async () => {
  await expect(planned({ account: '1' })).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/account must be the 12 digits/) });
  const file = environment({});
  writeFileSync(file, '{');
  await expect(cost(testDesk(), { environment: file, payments: 1 })).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/is no JSON/) });
});
