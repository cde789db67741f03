/**
 * One region's copy of the eventually consistent global tables: what is written here is on disk here when it is
 * acknowledged, and is sent to the other region afterwards, whenever that can be reached.
 * Invariant: a region's own writes are numbered by their stamps, and `unsent` gives, after any restart, every one that
 * the other region is not known to have: one write is made at a time, so they reach the disk in the order of their stamps.
 * Whatever the order in which the other region's arrive, both copies end with the last.
 * Does not: delete on request (nobody does; the items' time to live does), or offer indexes, batches or transactions.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promised } from './dynalite-library.ts';
import type { Callback, DynaliteOperation, Item, RowDb, TableDescription } from './dynalite-library.ts';
import { createKeyLocks } from './key-locks.ts';
import { refusal } from './refusal.ts';
import { isLater, stamped, stampOf } from './stamps.ts';
import type { Stamp } from './stamps.ts';
import { itemKey, openTableStore } from './table-store.ts';

export interface RegionalTable {
  /** A CreateTable request. */
  readonly request: Readonly<Record<string, unknown>>;
  /** The attribute that holds, in seconds since 1970, when an item may be removed. */
  readonly ttlAttribute: string;
}

export interface Change {
  readonly tableName: string;
  readonly item: Item;
}

export interface RegionalStore {
  has(tableName: unknown): boolean;
  execute(operation: string, body: Item): Promise<object>;
  /** The oldest of the own writes that the other region is not known to have, in the order of their stamps. */
  unsent(changesMax: number): readonly Change[];
  /** The other region has these. */
  sent(changes: readonly Change[]): void;
  /** Called when there is something to send. */
  onUnsent(listener: () => void): void;
  /** Takes what the other region wrote, where it is later than what stands here. */
  receive(changes: readonly Change[]): Promise<void>;
  /** Removes what is past its time to live. The other region does the same by itself. */
  removeExpired(nowMs: number): Promise<number>;
  close(): Promise<void>;
}

const offered: readonly string[] = ['PutItem', 'UpdateItem', 'GetItem', 'Scan', 'DescribeTable'] satisfies DynaliteOperation[];
/** Beside the data: the stamp up to which everything has been sent. Losing it costs sending again. */
const SENT_FILE = 'sent';

export async function openRegionalStore({ region, path, tables }: { readonly region: string; readonly path: string; readonly tables: readonly RegionalTable[] }): Promise<RegionalStore> {
  mkdirSync(path, { recursive: true });
  const store = await openTableStore({ region, path: join(path, 'items') });
  const rowsOf = store.inner.getItemDb.bind(store.inner);
  const locks = createKeyLocks();
  const alone = <T>(write: () => Promise<T>): Promise<T> => locks.hold(region, [''], write);
  const queue = new Map<string, Change>();
  const listeners: (() => void)[] = [];
  const sentFile = join(path, SENT_FILE);
  const sentAt = readSentAt(sentFile);
  let lastAt = 0;

  const enqueue = (id: string, change: Change): void => {
    // The newest takes the place of one that waits, at the end: the queue is as long as the items are many, and in order.
    queue.delete(id);
    queue.set(id, change);
    for (const listener of listeners) listener();
  };
  const ownStamp = (): Stamp => {
    lastAt = Math.max(Date.now(), lastAt + 1);
    return { at: lastAt, region };
  };
  store.inner.getItemDb = (tableName) => {
    const rows = rowsOf(tableName);
    return {
      ...rows,
      // Our own lock is held by now. dynalite's would stay taken for ever if an action threw under it.
      lock: (_key, run) => run((done: Callback<object>) => done),
      put(key, item, callback) {
        const written = stamped(item as Item, ownStamp());
        rows.put(key, written, (error) => {
          if (!error) enqueue(`${tableName}/${key}`, { tableName, item: written });
          callback(error);
        });
      },
    } satisfies RowDb;
  };

  const tableOf = (name: string): TableDescription => {
    const table = store.tables.get(name);
    if (!table) throw new Error(`${name} is not a table of this store`);
    return table;
  };
  const keyOf = (tableName: string, attributes: Item): string => {
    const key = itemKey(tableOf(tableName), attributes);
    if (key === undefined) throw new Error(`an item of ${tableName} has no key`);
    return key;
  };
  /** Every own write that may not have been sent, and the last stamp that was given. */
  const recover = async (tableName: string): Promise<readonly Change[]> => {
    const found: Change[] = [];
    for await (const item of store.items(tableName)) {
      const stamp = stampOf(item);
      if (stamp) lastAt = Math.max(lastAt, stamp.at);
      if (stamp?.region === region && stamp.at > sentAt) found.push({ tableName, item });
    }
    return found;
  };

  const names: string[] = [];
  for (const { request } of tables) names.push(await createTable(store, request));
  const waiting = (await Promise.all(names.map(recover))).flat();
  for (const change of waiting.toSorted((a, b) => (stampOf(a.item)?.at ?? 0) - (stampOf(b.item)?.at ?? 0))) queue.set(`${change.tableName}/${keyOf(change.tableName, change.item)}`, change);

  return {
    has: (tableName) => names.includes(String(tableName)),
    async execute(operation, body) {
      if (!offered.includes(operation)) throw refusal('UnknownOperationException', `${operation} is not offered on an eventually consistent table by this store.`);
      const data = store.check(operation as DynaliteOperation, body);
      const run = (): Promise<object> => store.run(operation as DynaliteOperation, data);
      return operation === 'PutItem' || operation === 'UpdateItem' ? alone(run) : run();
    },
    unsent(changesMax) {
      const found: Change[] = [];
      for (const change of queue.values()) if (found.length < changesMax) found.push(change); else break;
      return found;
    },
    sent(changes) {
      for (const change of changes) {
        const id = `${change.tableName}/${keyOf(change.tableName, change.item)}`;
        if (queue.get(id) === change) queue.delete(id);
      }
      const last = stampOf(changes.at(-1)?.item);
      if (last) writeSentAt(sentFile, last.at);
    },
    onUnsent: (listener) => void listeners.push(listener),
    async receive(changes) {
      for (const { tableName, item } of changes) {
        const [stamp, key] = [stampOf(item), keyOf(tableName, item)];
        if (!stamp) throw new Error('a change from the other region has no stamp');
        await alone(async () => {
          if (isLater(stamp, stampOf(await store.getItem(tableName, key)))) await promised<void>((callback) => rowsOf(tableName).put(key, item, callback));
        });
      }
    },
    async removeExpired(nowMs) {
      let removed = 0;
      for (const [at, { ttlAttribute }] of tables.entries()) {
        const tableName = names[at] ?? '';
        for await (const found of store.items(tableName)) {
          const key = keyOf(tableName, found);
          if (!isExpired(found, ttlAttribute, nowMs)) continue;
          await alone(async () => {
            if (!isExpired(await store.getItem(tableName, key), ttlAttribute, nowMs)) return;
            await promised<void>((callback) => rowsOf(tableName).del(key, callback));
            removed += 1;
          });
        }
      }
      return removed;
    },
    close: () => store.close(),
  };
}

const isExpired = (item: Item | undefined, ttlAttribute: string, nowMs: number): boolean => {
  const value = item?.[ttlAttribute] as { readonly N?: string } | undefined;
  return value?.N !== undefined && Number(value.N) * 1000 < nowMs;
};

async function createTable(store: Awaited<ReturnType<typeof openTableStore>>, request: Readonly<Record<string, unknown>>): Promise<string> {
  const data = store.check('CreateTable', structuredClone(request));
  const name = String(data['TableName']);
  const { tableDb } = store.inner;
  // Items are kept under their key, whatever the description says; so it is simply made anew.
  await promised<void>((callback) => tableDb.del(name, callback));
  const { TableDescription: created } = (await store.run('CreateTable', data)) as { TableDescription: TableDescription };
  store.addTable({ ...created, TableStatus: 'ACTIVE' });
  return name;
}

function readSentAt(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

/** Under another name first: a number cut in half would be a wrong one. */
function writeSentAt(file: string, at: number): void {
  writeFileSync(`${file}.new`, String(at));
  renameSync(`${file}.new`, file);
}
