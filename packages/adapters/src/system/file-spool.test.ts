import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spoolContract } from '@understudy/core/contracts';
import { FileSpool } from './file-spool.ts';

async function spooling() {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-spool-'));
  return { folder, spool: new FileSpool(folder), close: () => rm(folder, { recursive: true, force: true }) };
}

for (const contract of spoolContract(spooling)) test(`file spool: ${contract.name}`, () => contract.run());

test('file spool: bytes that were appended -> on disk, and only its owner may read them', async () => {
  const { folder, spool, close } = await spooling();
  await spool.append(7, new Uint8Array(1000));
  await spool.append(8, new Uint8Array(500));
  const [file = '', ...others] = await readdir(folder);
  const { size, mode } = await stat(join(folder, file));
  expect({ others, size, mode: mode & 0o777 }).toEqual({ others: [], size: 1500, mode: 0o600 });
  await close();
});

test('file spool: a file that was cut short -> a fault, never fewer entries', async () => {
  const { folder, spool, close } = await spooling();
  for (const partition of [7, 8]) await spool.append(partition, new Uint8Array(1000));
  const [file = ''] = await readdir(folder);
  await truncate(join(folder, file), 1500);
  expect(await spool.read(7)).toHaveLength(1000);
  await expect(spool.read(8)).rejects.toThrow('shorter than what was written');
  await close();
});

test('file spool: a folder that another audit uses -> a fault, before anything is mixed', async () => {
  const { folder, spool, close } = await spooling();
  await spool.append(7, new Uint8Array(10));
  await expect(new FileSpool(folder).append(7, new Uint8Array(10))).rejects.toThrow('EEXIST');
  expect(await spool.read(7)).toHaveLength(10);
  await close();
});
