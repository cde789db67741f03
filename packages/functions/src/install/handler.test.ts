import { expect, test } from 'vitest';
import { epochOf } from '@understudy/core';
import { createBench } from '../shared/test-support/bench.ts';
import { createInstallHandler } from './handler.ts';
import type { InstallPorts } from './handler.ts';

const done: string[] = [];
const ledger = (code: 'migrated' | 'standby'): InstallPorts['ledger'] => ({
  migrate: async () => {
    done.push('migrate');
    return code === 'migrated' ? { code, applied: ['0001-books'] } : { code };
  },
  letServiceIn: async () => void done.push('let in'),
});

const installed = async (code: 'migrated' | 'standby') => {
  done.length = 0;
  const bench = await createBench();
  const ports = { ...bench.ports(), ledger: ledger(code), epochs: { initialise: async () => void done.push('epoch') } };
  return { result: await createInstallHandler(ports)(), done };
};

test('install: where the ledger is the primary -> migrated, the service let in, then the first epoch', async () => {
  expect(await installed('migrated')).toEqual({ result: { ledger: 'migrated', applied: ['0001-books'] }, done: ['migrate', 'let in', 'epoch'] });
});

test('install: where the ledger is a standby -> the ledger is left alone', async () => {
  expect(await installed('standby')).toEqual({ result: { ledger: 'standby' }, done: ['migrate', 'epoch'] });
});

test('install: after a failover -> the epoch record stays as it stands', async () => {
  const bench = await createBench();
  const { clock, epochs } = bench.world;
  const standing = await epochs.read();
  const moved = { ...standing, epoch: epochOf(2), activeRegion: 'us-east-2' as const, at: clock.now() };
  await epochs.compareAndSet(standing, moved);
  await createInstallHandler({ ...bench.ports(), ledger: ledger('standby') })();
  expect(await epochs.read()).toEqual(moved);
});

test('install: a migration that fails -> said to the deployment, and no epoch begins', async () => {
  done.length = 0;
  const bench = await createBench();
  const broken = { ...ledger('migrated'), migrate: async () => Promise.reject(new Error('the ledger is away')) };
  const handler = createInstallHandler({ ...bench.ports(), ledger: broken, epochs: { initialise: async () => void done.push('epoch') } });
  await expect(handler()).rejects.toThrow('the ledger is away');
  expect(done).toEqual([]);
});
