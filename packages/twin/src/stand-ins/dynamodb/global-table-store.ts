/**
 * A stand-in for DynamoDB global tables with multi-region strong consistency: one endpoint per region over one store.
 * Invariant: what a write was acknowledged for is on disk, seen by every later strong read in any region, and reaches
 * every region's indexes in the order of the item's commits. A restart rebuilds the indexes from the items alone.
 * Does not: lose data with a region; like the real table it outlives any of them. Survives the death of its process,
 * not a power cut: LevelDB does not sync each write.
 */
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { promised, type Item, type TableDescription } from './dynalite-library.ts';
import { createFaults, type Faults } from './faults.ts';
import { closeServer, createHttpFront, listenLocally } from './http-front.ts';
import { createKeyLocks } from './key-locks.ts';
import { createOperations } from './operations.ts';
import type { Execute } from './operations.ts';
import { openReplica, type Replica } from './replica.ts';
import type { Permissions } from './permissions.ts';
import type { RegionalStore } from './regional-store.ts';
import { itemKey, openTableStore, type ItemImage, type TableStore } from './table-store.ts';

/** Items per step of the rebuild at start. */
const rebuildItems = 512;

export interface GlobalTableStoreOptions {
  /** The folder of the strong store; created when absent. Only one process may have it open. */
  readonly dataDir: string;
  readonly regions: readonly string[];
  /** CreateTable requests. An existing table keeps its items and takes the indexes given here. */
  readonly tables?: readonly Readonly<Record<string, unknown>>[];
  /** A port per region; any free one where absent. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Copies of eventually consistent tables, which the same endpoints serve: each its own region's. */
  readonly regional?: ReadonlyMap<string, RegionalStore>;
  /** What each function may do, where those that say which they are are held to it. */
  readonly permissions?: Permissions | undefined;
  /** A number in [0, 1) for injected faults. */
  readonly random?: () => number;
}

export interface GlobalTableStore {
  /** Opens one endpoint per region on 127.0.0.1 and resolves with its port. Tables and indexes are complete by then. */
  listen(): Promise<Record<string, number>>;
  readonly faults: Faults;
  close(): Promise<void>;
}

export async function createGlobalTableStore(options: GlobalTableStoreOptions): Promise<GlobalTableStore> {
  const { regions, dataDir, ports = {}, random = Math.random } = options;
  const [home] = regions;
  if (home === undefined) throw new RangeError('a global table needs at least one region');
  mkdirSync(dataDir, { recursive: true });

  const replicas = new Map<string, Replica>();
  const faults = createFaults({ regions, random, changed: () => replicas.forEach((replica) => replica.lagChanged()) });
  for (const region of regions) {
    const lag = () => ({ stalled: faults.of(region).indexStalled, delayMs: faults.of(region).indexDelayMs });
    replicas.set(region, await openReplica(region, lag));
  }
  const onCommit = (image: ItemImage): void => replicas.forEach((replica) => replica.follow(image));
  const strong = await openTableStore({ region: home, path: dataDir, onCommit });

  const createTable = async (data: Item): Promise<TableDescription> => {
    const table = await createIn(strong, data);
    addEverywhere(table);
    return table;
  };
  const addEverywhere = (table: TableDescription): void => {
    strong.addTable(table);
    for (const [region, { store }] of replicas) store.addTable(describedIn(region, home, table));
  };

  const closeStores = async (): Promise<void> => {
    await Promise.all([...replicas.values()].map((replica) => replica.close()));
    await strong.close();
  };
  try {
    await openTables(strong, { requests: options.tables ?? [], createTable, add: addEverywhere });
    for (const table of strong.tables.values()) await rebuild(strong, [...replicas.values()], table);
  } catch (error) {
    await closeStores();
    throw error;
  }

  const stores = new Map([...replicas].map(([region, { store }]) => [region, store]));
  const onStrong = createOperations({ strong, replicas: stores, locks: createKeyLocks(), createTable });
  const execute: Execute = (region, operation, body) => {
    const regional = options.regional?.get(region);
    return regional?.has(body['TableName']) ? regional.execute(operation, body) : onStrong(region, operation, body);
  };
  const servers = new Map<string, Server>(regions.map((region) => [region, createHttpFront({ region, execute, faults, permissions: options.permissions })]));

  return {
    faults,
    async listen() {
      const opened: Record<string, number> = {};
      for (const [region, server] of servers) opened[region] = await listenLocally(server, ports[region] ?? 0);
      return opened;
    },
    async close() {
      await Promise.all([...servers.values()].map(closeServer));
      await closeStores();
    },
  };
}

interface TablesToOpen {
  readonly requests: readonly Readonly<Record<string, unknown>>[];
  readonly createTable: (data: Item) => Promise<TableDescription>;
  readonly add: (table: TableDescription) => void;
}

/** Takes up the stored tables, and creates or redefines the configured ones. */
async function openTables(strong: TableStore, { requests, createTable, add }: TablesToOpen): Promise<void> {
  const { tableDb } = strong.inner;
  for await (const stored of tableDb.createValueStream({}) as AsyncIterable<TableDescription>) {
    add({ ...stored, TableStatus: 'ACTIVE' });
  }
  for (const request of requests) {
    const data = strong.check('CreateTable', structuredClone(request));
    const name = String(data['TableName']);
    const stored = strong.tables.get(name);
    if (stored) {
      // Items are kept under their key, so only the key must stay; indexes are derived and may be defined anew. Dying
      // between the two steps is harmless: the items are not touched, and the next start creates the table.
      if (keyDefinition(stored) !== keyDefinition(data as unknown as TableDescription)) {
        throw new Error(`table ${name} is stored with another key than the configuration gives it`);
      }
      await promised<void>((callback) => tableDb.del(name, callback));
    }
    await createTable(data);
  }
}

const keyDefinition = ({ KeySchema, AttributeDefinitions }: TableDescription): string =>
  KeySchema.map(({ AttributeName, KeyType }) => {
    const type = AttributeDefinitions.find((definition) => definition.AttributeName === AttributeName)?.AttributeType;
    return `${KeyType} ${AttributeName} ${type}`;
  }).join(', ');

/** dynalite makes a table active a tick later; ours is active, on disk too, before anyone hears of it. */
async function createIn(strong: TableStore, data: Item): Promise<TableDescription> {
  const { TableDescription: created } = (await strong.run('CreateTable', data)) as { TableDescription: TableDescription };
  const indexes = created.GlobalSecondaryIndexes?.map((index) => ({ ...index, IndexStatus: 'ACTIVE' }));
  const table = { ...created, TableStatus: 'ACTIVE', ...(indexes ? { GlobalSecondaryIndexes: indexes } : {}) };
  await promised<void>((callback) => strong.inner.tableDb.put(table.TableName, table, callback));
  return table;
}

/** The table as its replica in this region describes itself. */
function describedIn(region: string, home: string, table: TableDescription): TableDescription {
  const local = (arn: string): string => arn.replace(`:${home}:`, `:${region}:`);
  const indexes = table.GlobalSecondaryIndexes?.map((index) => ({ ...index, IndexArn: local(index.IndexArn) }));
  const described = { ...table, TableArn: local(table.TableArn), MultiRegionConsistency: 'STRONG' };
  return indexes ? { ...described, GlobalSecondaryIndexes: indexes } : described;
}

async function rebuild(strong: TableStore, replicas: readonly Replica[], table: TableDescription): Promise<void> {
  let images: ItemImage[] = [];
  const load = async (): Promise<void> => {
    const loaded = images;
    images = [];
    await Promise.all(replicas.map((replica) => replica.load(loaded)));
  };
  for await (const item of strong.items(table.TableName)) {
    const key = itemKey(table, item);
    if (key === undefined) throw new Error(`an item of ${table.TableName} is stored without its key`);
    images.push({ tableName: table.TableName, key, item });
    if (images.length >= rebuildItems) await load();
  }
  await load();
}
