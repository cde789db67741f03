/**
 * One region's copy of the eventually consistent global tables: what is written here is on disk here when it is
 * acknowledged, and is sent to the other region afterwards, whenever that can be reached.
 * Invariant: a region's own writes are numbered by their stamps, and `unsent` gives, after any restart, every one that
 * the other region is not known to have: one write is made at a time, so they reach the disk in the order of their stamps.
 * Whatever the order in which the other region's arrive, both copies end with the last.
 * Does not: delete on request (nobody does; the items' time to live does), or offer indexes, batches or transactions.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promised } from './dynalite-library.ts';
import type { Callback, DynaliteOperation, Item, RowDb, TableDescription } from './dynalite-library.ts';
import { createKeyLocks } from './key-locks.ts';
import { refusal } from './refusal.ts';
import { createSentMark } from './sent-mark.ts';
import type { SentMark } from './sent-mark.ts';
import { isLater, stamped, stampOf } from './stamps.ts';
import { itemKey, openTableStore } from './table-store.ts';
import type { TableStore } from './table-store.ts';

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

export interface RegionalStoreOptions {
  readonly region: string;
  readonly path: string;
  readonly tables: readonly RegionalTable[];
}

const offered: readonly string[] = ['PutItem', 'UpdateItem', 'GetItem', 'Scan', 'DescribeTable'] satisfies DynaliteOperation[];
const writes: readonly string[] = ['PutItem', 'UpdateItem'] satisfies DynaliteOperation[];

export class RegionalStore {
  readonly #region: string;
  readonly #store: TableStore;
  readonly #rowsOf: (tableName: string) => RowDb;
  readonly #mark: SentMark;
  readonly #locks = createKeyLocks();
  /** The attribute by which each table's items expire, by the table's name. */
  readonly #ttlOf = new Map<string, string>();
  /** By item: a later write takes the place of one that waits, at the end, so it is in order and as long as the items are many. */
  readonly #queue = new Map<string, Change>();
  readonly #listeners: (() => void)[] = [];
  #lastAt = 0;

  private constructor(region: string, store: TableStore, mark: SentMark) {
    this.#region = region;
    this.#store = store;
    this.#mark = mark;
    this.#rowsOf = store.inner.getItemDb.bind(store.inner);
    store.inner.getItemDb = (tableName) => this.#stamping(tableName, this.#rowsOf(tableName));
  }

  static async open({ region, path, tables }: RegionalStoreOptions): Promise<RegionalStore> {
    mkdirSync(path, { recursive: true });
    const opened = new RegionalStore(region, await openTableStore({ region, path: join(path, 'items') }), createSentMark(join(path, 'sent')));
    for (const { request, ttlAttribute } of tables) opened.#ttlOf.set(await createTable(opened.#store, request), ttlAttribute);
    await opened.#recover();
    return opened;
  }

  has(tableName: unknown): boolean {
    return this.#ttlOf.has(String(tableName));
  }

  async execute(operation: string, body: Item): Promise<object> {
    if (!offered.includes(operation)) throw refusal('UnknownOperationException', `${operation} is not offered on an eventually consistent table by this store.`);
    const data = this.#store.check(operation as DynaliteOperation, body);
    const run = (): Promise<object> => this.#store.run(operation as DynaliteOperation, data);
    return writes.includes(operation) ? this.#alone(run) : run();
  }

  /** The oldest of the own writes that the other region is not known to have, in the order of their stamps. */
  unsent(changesMax: number): readonly Change[] {
    const found: Change[] = [];
    for (const change of this.#queue.values()) {
      if (found.length === changesMax) break;
      found.push(change);
    }
    return found;
  }

  /** The other region has these, the first of `unsent`. */
  sent(changes: readonly Change[]): void {
    for (const change of changes) if (this.#queue.get(this.#idOf(change)) === change) this.#queue.delete(this.#idOf(change));
    const last = stampOf(changes.at(-1)?.item);
    if (last) this.#mark.write(last.at);
  }

  /** Calls when there is something to send. */
  onUnsent(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Takes what the other region wrote, where it is later than what stands here. */
  async receive(changes: readonly Change[]): Promise<void> {
    for (const { tableName, item } of changes) {
      const [stamp, key] = [stampOf(item), this.#keyOf(tableName, item)];
      if (!stamp) throw new Error('a change from the other region has no stamp');
      await this.#alone(async () => {
        if (isLater(stamp, stampOf(await this.#store.getItem(tableName, key)))) await promised<void>((callback) => this.#rowsOf(tableName).put(key, item, callback));
      });
    }
  }

  /** Removes what is past its time to live. The other region does the same by itself, so nobody is told. */
  async removeExpired(nowMs: number): Promise<void> {
    for (const [tableName, attribute] of this.#ttlOf) {
      for await (const found of this.#store.items(tableName)) {
        if (isExpired(found, attribute, nowMs)) await this.#remove(this.#keyOf(tableName, found), { tableName, attribute, nowMs });
      }
    }
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** It may have been written anew since it was found. */
  #remove(key: string, { tableName, attribute, nowMs }: { readonly tableName: string; readonly attribute: string; readonly nowMs: number }): Promise<void> {
    return this.#alone(async () => {
      if (isExpired(await this.#store.getItem(tableName, key), attribute, nowMs)) await promised<void>((callback) => this.#rowsOf(tableName).del(key, callback));
    });
  }

  /** One write at a time, so that stamps reach the disk in their order. */
  #alone<T>(write: () => Promise<T>): Promise<T> {
    return this.#locks.hold(this.#region, [''], write);
  }

  /** The rows as this region's callers write them: each write gets a stamp, and waits to be sent once it is on disk. */
  #stamping(tableName: string, rows: RowDb): RowDb {
    return {
      ...rows,
      // Our own lock is held by now. dynalite's would stay taken for ever if an action threw under it.
      lock: (_key, run) => run((done: Callback<object>) => done),
      put: (key, item, callback) => {
        this.#lastAt = Math.max(Date.now(), this.#lastAt + 1);
        const written = stamped(item as Item, { at: this.#lastAt, region: this.#region });
        rows.put(key, written, (error) => {
          if (!error) this.#enqueue({ tableName, item: written });
          callback(error);
        });
      },
    };
  }

  #enqueue(change: Change): void {
    this.#queue.delete(this.#idOf(change));
    this.#queue.set(this.#idOf(change), change);
    for (const listener of this.#listeners) listener();
  }

  /** Finds, among the items, the own writes that may not have been sent, and the last stamp that was given. */
  async #recover(): Promise<void> {
    const waiting: { readonly change: Change; readonly at: number }[] = [];
    const sentAt = this.#mark.read();
    for (const tableName of this.#ttlOf.keys()) {
      for await (const item of this.#store.items(tableName)) {
        const stamp = stampOf(item);
        this.#lastAt = Math.max(this.#lastAt, stamp?.at ?? 0);
        if (stamp?.region === this.#region && stamp.at > sentAt) waiting.push({ change: { tableName, item }, at: stamp.at });
      }
    }
    for (const { change } of waiting.toSorted((a, b) => a.at - b.at)) this.#enqueue(change);
  }

  #idOf({ tableName, item }: Change): string {
    return `${tableName}/${this.#keyOf(tableName, item)}`;
  }

  #keyOf(tableName: string, attributes: Item): string {
    const table = this.#store.tables.get(tableName);
    const key = table && itemKey(table, attributes);
    if (key === undefined) throw new Error(`an item of ${tableName} has no key, or there is no such table`);
    return key;
  }
}

const isExpired = (item: Item | undefined, attribute: string, nowMs: number): boolean => {
  const value = item?.[attribute] as { readonly N?: string } | undefined;
  return value?.N !== undefined && Number(value.N) * 1000 < nowMs;
};

async function createTable(store: TableStore, request: Readonly<Record<string, unknown>>): Promise<string> {
  const data = store.check('CreateTable', structuredClone(request));
  const name = String(data['TableName']);
  // Items are kept under their key, whatever the description says; so it is simply made anew.
  await promised<void>((callback) => store.inner.tableDb.del(name, callback));
  const { TableDescription: created } = (await store.run('CreateTable', data)) as { TableDescription: TableDescription };
  store.addTable({ ...created, TableStatus: 'ACTIVE' });
  return name;
}
