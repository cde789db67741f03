/**
 * One dynalite store, on disk (the strong store) or in memory (a region's replica), with what dynalite lacks for our use.
 * Invariant: the strong store holds items only. Its index rows are never written, so a crash cannot leave a stale one,
 * and a write is one LevelDB put, whole or absent. Every write that reached the disk is handed to `onCommit` once, in
 * commit order per item, before its caller hears of it.
 * Does not: know regions, faults or HTTP, nor serialise the strong store's writes of one item; its caller must.
 */
import { Readable } from 'node:stream';
import {
  checkRequest, database, promised, runAction,
  type Callback, type DynaliteOperation, type DynaliteStore, type Item, type RowDb, type TableDescription,
} from './dynalite-library.ts';

/** The state of one item after a write; `item` is absent when it was deleted. */
export interface ItemImage {
  readonly tableName: string;
  readonly key: string;
  readonly item?: Item;
}

export interface TableStore {
  /** Known tables. Only `addTable` changes this. */
  readonly tables: ReadonlyMap<string, TableDescription>;
  addTable(table: TableDescription): void;
  check(operation: DynaliteOperation, body: object): Item;
  run(operation: DynaliteOperation, data: Item): Promise<object>;
  getItem(tableName: string, key: string): Promise<Item | undefined>;
  items(tableName: string): AsyncIterable<Item>;
  readonly inner: DynaliteStore;
  close(): Promise<void>;
}

export interface TableStoreOptions {
  /** The name in ARNs. */
  readonly region: string;
  /** The folder of the LevelDB; in memory when absent. */
  readonly path?: string;
  /** Given for the strong store only: takes over from the index rows, which are then not written. */
  readonly onCommit?: (image: ItemImage) => void;
}

/** The key of an item in its table, or undefined when the attributes do not hold one: dynalite then refuses the request. */
export function itemKey(table: TableDescription, attributes: Item): string | undefined {
  for (const { AttributeName } of table.KeySchema) {
    const type = table.AttributeDefinitions.find((definition) => definition.AttributeName === AttributeName)?.AttributeType;
    const value = attributes[AttributeName] as Record<string, unknown> | undefined;
    if (type === undefined || value?.[type] === undefined) return undefined;
  }
  return database.createKey(attributes, table);
}

export async function openTableStore({ region, path, onCommit }: TableStoreOptions): Promise<TableStore> {
  const noDelay = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const inner = database.create(path === undefined ? noDelay : { ...noDelay, path });
  inner.tableDb.awsRegion = region;
  const tables = new Map<string, TableDescription>();
  cacheTables(inner, tables);
  closeIterators(inner);
  readSynchronously(inner);
  if (onCommit) recordCommits(inner, onCommit);
  await inner.db.open();
  return {
    tables,
    addTable: (table) => void tables.set(table.TableName, table),
    check: (operation, body) => checkRequest(inner, operation, body),
    run: (operation, data) => runAction(inner, operation, data),
    getItem: (tableName, key) => promised((callback) => inner.getItemDb(tableName).get(key, callback)),
    items: (tableName) => inner.getItemDb(tableName).createValueStream({}) as AsyncIterable<Item>,
    inner,
    close: () => inner.db.close(),
  };
}

/** dynalite reads and parses the table's description from LevelDB for every request; ours never change while we run. */
function cacheTables(inner: DynaliteStore, tables: ReadonlyMap<string, TableDescription>): void {
  const read = inner.getTable.bind(inner);
  inner.getTable = (name, checkStatus, callback) => {
    const table = tables.get(name);
    if (table === undefined) return read(name, checkStatus, callback);
    const done = typeof checkStatus === 'function' ? checkStatus : callback;
    return done?.(null, table);
  };
}

/** dynalite never closes the iterator of a query, and an open one pins a snapshot for ever: read through one that closes. */
function closeIterators(inner: DynaliteStore): void {
  inner.db.createValueStream = (options) => Readable.from(inner.db.values(options), { highWaterMark: 64 });
}

/** An item is nearly always in memory, and handing its read to a thread and back took a seventh of our processor time. */
function readSynchronously(inner: DynaliteStore): void {
  inner.db.get = (key, callback) => {
    let value: Item | undefined;
    try {
      value = inner.db.getSync(key);
    } catch (error) {
      callback(error as Error);
      return;
    }
    callback(null, value);
  };
}

const noIndex = (): never => {
  throw new Error('the strong store has no indexes: index reads belong to the replicas');
};
const unwrittenIndex: RowDb = {
  put: (_key, _row, callback) => callback(null),
  del: (_key, callback) => callback(null),
  get: noIndex,
  batch: noIndex,
  createValueStream: noIndex,
  lock: noIndex,
};

function recordCommits(inner: DynaliteStore, onCommit: (image: ItemImage) => void): void {
  const open = inner.getItemDb.bind(inner);
  const recorded = new Map<string, RowDb>();
  inner.getIndexDb = () => unwrittenIndex;
  inner.getItemDb = (tableName) => {
    const known = recorded.get(tableName);
    if (known) return known;
    const rows = open(tableName);
    const committed = (image: ItemImage, callback: Callback<void>): Callback<void> => (error) => {
      if (!error) onCommit(image);
      callback(error);
    };
    const recording: RowDb = {
      ...rows,
      // Our own locks are held by now. dynalite's would stay taken for ever if an action threw under it.
      lock: (_key, run) => run((done) => done),
      put: (key, item, callback) => rows.put(key, item, committed({ tableName, key, item: item as Item }, callback)),
      del: (key, callback) => rows.del(key, committed({ tableName, key }, callback)),
    };
    recorded.set(tableName, recording);
    return recording;
  };
}
