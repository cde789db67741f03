// The sandbox's report read by the adapter that the audit uses: the port's contract over real HTTP.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAcquirerSides, createChargeReportSides, createHttpAcquirer, createHttpChargeReport } from '@understudy/adapters/acquirer';
import { sha256Hex } from '@understudy/adapters/system';
import { isPortFault } from '@understudy/core';
import { chargeReportContract } from '@understudy/core/contracts';
import { createAcquirer } from './acquirer.ts';

async function sandbox() {
  const dataDir = await mkdtemp(join(tmpdir(), 'understudy-acquirer-'));
  const acquirer = createAcquirer({ dataDir });
  const url = `http://127.0.0.1:${await acquirer.listen(0)}`;
  const sides = <T>(make: (options: { readonly baseUrl: string }) => T) => ({ live: make({ baseUrl: `${url}/live` }), test: make({ baseUrl: url }) });
  return {
    url,
    acquirer: createAcquirerSides(sides(createHttpAcquirer)),
    report: createChargeReportSides(sides(createHttpChargeReport)),
    digest: sha256Hex,
    forgetKeys: async () => void (await fetch(`${url}/behaviour`, { method: 'POST', body: JSON.stringify({ mode: 'expire_keys' }) })),
    close: async () => {
      await acquirer.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

for (const contract of chargeReportContract(sandbox)) test(`acquirer report: ${contract.name}`, () => contract.run());

test.each(['after=x', 'limit=0', 'limit=1001', 'limit=x'])('acquirer report: %s -> refused', async (query) => {
  const { url, close } = await sandbox();
  expect((await fetch(`${url}/v1/report?${query}`)).status).toBe(422);
  await close();
});

test('acquirer report: an acquirer that is away -> a retryable fault', async () => {
  const { report, close } = await sandbox();
  await close();
  const fault: unknown = await report.page({ limit: 1 }).catch((error: unknown) => error);
  expect(isPortFault(fault) && fault.port === 'acquirer' && fault.retryable).toBe(true);
});
