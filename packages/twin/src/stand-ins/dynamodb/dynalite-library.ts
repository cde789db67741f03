/**
 * The typed boundary to dynalite used as a library: its store, its request validation and its actions, not its server.
 * Invariant: everything that is known about dynalite's internals is written here and in table-store.ts, nowhere else.
 * Does not: add behaviour. dynalite ships no types and no ESM, hence the require and the casts.
 */
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';

export type Item = Record<string, unknown>;
export type Callback<T> = (error: Error | null | undefined, value?: T) => void;

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: string;
}

export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly IndexArn: string;
}

export interface TableDescription {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
}

export type BatchOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Item }
  | { readonly type: 'del'; readonly key: string };

/** One table's or one index's rows: a range of keys of the store's single LevelDB. */
export interface RowDb {
  get(key: string, callback: Callback<Item>): void;
  put(key: string, value: unknown, callback: Callback<void>): void;
  del(key: string, callback: Callback<void>): void;
  batch(operations: readonly BatchOperation[], callback: Callback<void>): void;
  createValueStream(options: object): Readable;
  /** Runs `run` alone on the key; it wraps its callback with what it is given, to release the key. */
  lock(key: string, run: (release: (done: Callback<object>) => Callback<object>) => void): void;
}

/** What dynalite's actions work on. The members that table-store.ts replaces are writable. */
export interface DynaliteStore {
  readonly db: {
    open(): Promise<void>;
    close(): Promise<void>;
    values(options: object): AsyncIterable<Item>;
    get(key: string, callback: Callback<Item>): void;
    getSync(key: string): Item | undefined;
    createValueStream(options: object): Readable;
  };
  readonly tableDb: RowDb & { awsRegion: string };
  getItemDb(tableName: string): RowDb;
  getIndexDb(kind: string, tableName: string, indexName: string): RowDb;
  getTable(name: string, checkStatus: boolean | Callback<TableDescription>, callback?: Callback<TableDescription>): void;
}

interface IndexActions {
  readonly puts: readonly { readonly index: string; readonly key: string; readonly item: Item }[];
  readonly deletes: readonly { readonly index: string; readonly key: string }[];
}

interface DatabaseModule {
  create(options: object): DynaliteStore;
  createKey(attributes: Item, table: TableDescription): string;
  getIndexActions(
    indexes: readonly IndexDescription[],
    ...images: [existing: Item | undefined, item: Item | undefined, table: TableDescription]
  ): IndexActions;
}

interface Rules {
  readonly types: object;
  readonly custom: unknown;
}

interface ValidationModule {
  checkTypes(body: object, types: object): Item;
  checkValidations(data: Item, ...rules: [types: object, custom: unknown, store: DynaliteStore]): void;
}

type Action = (store: DynaliteStore, data: Item, callback: Callback<object>) => void;

/** The operations whose dynalite implementation is used. ListTables is not: dynalite's walks every key of the store. */
export const dynaliteOperations = [
  'BatchGetItem', 'BatchWriteItem', 'CreateTable', 'DeleteItem', 'DescribeTable', 'DescribeTimeToLive', 'GetItem',
  'PutItem', 'Query', 'Scan', 'UpdateItem',
] as const;
export type DynaliteOperation = (typeof dynaliteOperations)[number];

const require = createRequire(import.meta.url);
export const database = require('dynalite/db') as DatabaseModule;
const validation = require('dynalite/validations') as ValidationModule;

const perOperation = <T>(folder: string): Record<DynaliteOperation, T> => {
  const entries = dynaliteOperations.map((name) => [name, require(`dynalite/${folder}/${name[0]?.toLowerCase()}${name.slice(1)}`)]);
  return Object.fromEntries(entries) as Record<DynaliteOperation, T>;
};
const actions = perOperation<Action>('actions');
const rules = perOperation<Rules>('validations');

/** Turns dynalite's callbacks into a promise. */
export const promised = <T>(start: (callback: Callback<T>) => void): Promise<T | undefined> =>
  new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));

/** Validates and parses a request body, which it may change. Throws dynalite's error, which carries `statusCode` and `body`. */
export function checkRequest(store: DynaliteStore, operation: DynaliteOperation, body: object): Item {
  const { types, custom } = rules[operation];
  const data = validation.checkTypes(body, types);
  validation.checkValidations(data, types, custom, store);
  return data;
}

/** Runs one checked request. Rejects with dynalite's error, which carries `statusCode` and `body`. */
export const runAction = async (store: DynaliteStore, operation: DynaliteOperation, data: Item): Promise<object> =>
  (await promised<object>((callback) => actions[operation](store, data, callback))) ?? {};
