/**
 * The eventually consistent global tables of all regions, beside the strongly consistent one: a copy per region, the
 * links between the copies, and the removal of what is past its time to live.
 * Invariant: a copy is reached through its own region's endpoint only. Does not: know which regions are alive; whoever
 * loses a region cuts the links to it.
 */
import { join } from 'node:path';
import type { Server } from 'node:http';
import { every } from '../../region/schedule.ts';
import { closeServer, listenLocally } from './http-front.ts';
import { RegionalStore } from './regional-store.ts';
import type { RegionalTable } from './regional-store.ts';
import { createReceiver, startSender } from './replication.ts';
import type { Sender } from './replication.ts';

export interface RegionalTablesOptions {
  /** A folder per region is made in it. */
  readonly dataDir: string;
  readonly regions: readonly string[];
  readonly tables: readonly RegionalTable[];
  /** For each region, the port of 127.0.0.1 at which it finds the other's receiver. Without one it sends nothing. */
  readonly peers: Readonly<Record<string, number>>;
  /** DynamoDB removes what has expired within days; here it is this often. */
  readonly sweepEveryMs: number;
}

export interface RegionalTables {
  readonly stores: ReadonlyMap<string, RegionalStore>;
  /** Opens a receiver per region on 127.0.0.1, begins to send, and resolves with the receivers' ports. */
  listen(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export async function openRegionalTables({ dataDir, regions, tables, peers, sweepEveryMs }: RegionalTablesOptions): Promise<RegionalTables> {
  const stores = new Map<string, RegionalStore>();
  for (const region of regions) stores.set(region, await RegionalStore.open({ region, path: join(dataDir, region), tables }));
  const receivers = new Map<string, Server>([...stores].map(([region, store]) => [region, createReceiver(store)]));
  let senders: readonly Sender[] = [];
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = every(sweepEveryMs, () => (sweeping = Promise.all([...stores.values()].map((store) => store.removeExpired(Date.now())))), (error) => console.error(String(error)));
  return {
    stores,
    async listen() {
      const opened: Record<string, number> = {};
      for (const [region, receiver] of receivers) opened[region] = await listenLocally(receiver, 0);
      senders = [...stores].flatMap(([region, store]) => (peers[region] === undefined ? [] : [startSender(store, peers[region])]));
      return opened;
    },
    async close() {
      sweep.stop();
      await sweeping.catch(() => undefined);
      for (const sender of senders) sender.stop();
      await Promise.all([...receivers.values()].map(closeServer));
      await Promise.all([...stores.values()].map((store) => store.close()));
    },
  };
}
