// The two servers of the twin while the active role moves, with real PostgreSQL servers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { epochMs, epochOf, firstEpochRecord, peerOf } from '@understudy/core';
import type { EpochRecord, Region } from '@understudy/core';
import { openDataDir } from './data-dir.ts';
import { LedgerPair } from './ledger-pair.ts';
import { linkNames } from './network.ts';
import { roleOnDisk } from './postgres/index.ts';

let folder: string;
let pair: LedgerPair;
const events: string[] = [];
const installed = firstEpochRecord('us-east-1', epochMs(0));
const moving: EpochRecord = { ...installed, epoch: epochOf(2), activeRegion: 'us-east-2', phase: 'moving', kind: 'failover' };

const roles = () => (['us-east-1', 'us-east-2'] as const).map((region) => roleOnDisk(pair.server(region).dataDir));
const tend = (readRecord: () => Promise<EpochRecord>) => pair.tend(readRecord, () => true);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-ledger-pair-'));
  const standbyOf = (link: string): Region => (link === linkNames.replication('us-east-1') ? 'us-east-1' : 'us-east-2');
  pair = new LedgerPair({
    dataDir: openDataDir(folder, { fresh: false }),
    network: { aimLedger: () => undefined, isFaulty: () => false, port: (link) => pair.server(peerOf(standbyOf(link))).port },
    migrate: () => Promise.resolve(),
    onEvent: (type, { region }) => events.push(`${type} ${String(region)}`),
  });
  await pair.prepare();
  await pair.startActive(installed);
  await pair.startStandby(installed);
});

afterAll(async () => {
  await pair.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('ledger pair: the standby is promoted while the record is on its way to who tends it -> no folder is replaced', async () => {
  expect(roles()).toEqual(['primary', 'standby']);
  events.length = 0;
  let promoted: Promise<void> | undefined;
  const readRecord = async () => {
    if (promoted) return moving;
    await (promoted = pair.promote('us-east-2'));
    return installed;
  };
  await tend(readRecord);
  expect(events).toEqual([]);
  expect(roles()).toEqual(['primary', 'primary']);
});

test('ledger pair: the move is open -> the former primary is built anew and follows', async () => {
  await tend(() => Promise.resolve({ ...moving, phase: 'open' }));
  expect(events).toContain('standby_rebuilt us-east-1');
  expect(roles()).toEqual(['standby', 'primary']);
});
