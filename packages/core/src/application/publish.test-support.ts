// Publishing over the world in memory: entries of any business day, moves, and what stands in the buckets.
import { InMemorySettlementBook } from '@understudy/adapters/in-memory';
import { processedOn } from '@understudy/core/contracts';
import type { EntrySample } from '@understudy/core/contracts';
import { epochOf } from '../domain/region/epoch.ts';
import type { Region } from '../domain/region/region.ts';
import { peerOf } from '../domain/region/region.ts';
import type { SettlementFile } from '../ports/settlement-book.ts';
import type { ReceiptPorts } from './publish-receipts.ts';
import type { SettlementPorts } from './publish-settlement-files.ts';
import { tellThrough } from './tell.ts';
import type { World } from './world.test-support.ts';

export function publishPorts(world: World, region: Region): ReceiptPorts & SettlementPorts {
  const own = world.regions[region];
  const peer = world.regions[peerOf(region)];
  return {
    region, clock: world.clock, digest: world.digest, epochs: own.epochs, metrics: own.metrics, log: own.log, tell: tellThrough(own.alerts, own.log),
    receipts: own.receipts, settlement: own.settlement, bucket: own.bucket,
    replica: peer.settlement, peerBucket: peer.bucket,
  };
}

/** Rows as a settled payment leaves them, in the ledger of the active region. */
export async function postEntries(world: World, ids: readonly string[], sample: EntrySample = {}): Promise<void> {
  const record = await world.backstage.epochs.read();
  const result = await world.backstage.ledgers.servers[record.activeRegion].post(record.epoch, ids.map((id) => processedOn(id, sample)));
  if (result.code !== 'posted') throw new Error(`not posted: ${result.code}`);
}

/** The active region is lost with its bucket, and the other takes over what its ledger holds. */
export async function loseActiveRegion(world: World): Promise<Region> {
  const { epochs, ledgers, regions } = world.backstage;
  const record = await epochs.read();
  const survivor = peerOf(record.activeRegion);
  regions[record.activeRegion].bucket.up = false;
  ledgers.stop(record.activeRegion);
  await ledgers.failOver(survivor);
  const epoch = epochOf(record.epoch + 1);
  await ledgers.raiseFence(survivor, { from: record.ledgerEpoch, to: epoch });
  await epochs.compareAndSet(record, { ...record, epoch, activeRegion: survivor, ledgerEpoch: epoch, at: world.clock.now() });
  return survivor;
}

/** It comes back with its bucket, and its ledger is built anew from the survivor's. */
export function returnRegion(world: World, region: Region): void {
  world.backstage.regions[region].bucket.up = true;
  for (const one of [region, peerOf(region)]) world.backstage.regions[one].bucket.resumeReplication();
  world.backstage.ledgers.rejoin(region);
}

export const keysIn = (world: World, region: Region, prefix: string): readonly string[] =>
  [...world.backstage.regions[region].bucket.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();

export const textIn = (world: World, region: Region, key: string): string | undefined => world.backstage.regions[region].bucket.objects.get(key)?.body;

export const filesIn = (world: World, region: Region): Promise<readonly SettlementFile[]> =>
  new InMemorySettlementBook(world.backstage.ledgers.servers[region]).files({ limit: 1000 });
