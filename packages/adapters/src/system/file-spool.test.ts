import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
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

test('file spool: more than a buffer -> on disk already, and only its owner may read it', async () => {
  const { folder, spool, close } = await spooling();
  for (let i = 0; i < 100; i += 1) await spool.add(7, 'x'.repeat(1000));
  expect(await readdir(folder)).toEqual(['7']);
  expect((await stat(join(folder, '7'))).mode & 0o777).toBe(0o600);
  await close();
});

test('file spool: a line longer than a buffer between short ones -> each is read back whole', async () => {
  const { spool, close } = await spooling();
  const added = ['short', '€'.repeat(50_000), 'after it'];
  for (const line of added) await spool.add(7, line);
  const read: string[] = [];
  for await (const line of spool.lines(7)) read.push(line);
  expect(read).toEqual(added);
  await close();
});
