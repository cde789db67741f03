/**
 * What each DynamoDB operation means on a global table with multi-region strong consistency.
 * Invariant: writes and strong reads go to the one strong store; index reads and plain reads are answered by the caller's
 * region's replica. Writes of one item run one after the other.
 * Does not: inject faults, nor offer what such a table does not have (transactions, TTL, local indexes).
 */
import type { DynaliteOperation, Item, TableDescription } from './dynalite-library.ts';
import type { KeyLocks } from './key-locks.ts';
import { refusal } from './refusal.ts';
import type { TableStore } from './table-store.ts';
import { createWrites } from './writes.ts';

export interface OperationsOptions {
  readonly strong: TableStore;
  readonly replicas: ReadonlyMap<string, TableStore>;
  readonly locks: KeyLocks;
  /** Creates the table everywhere from a checked CreateTable request. */
  readonly createTable: (data: Item) => Promise<TableDescription>;
}

/** Answers one request with its response body. Rejects with a `Refusal`. */
export type Execute = (region: string, operation: string, body: Item) => Promise<object>;

const notOnThisTable: Readonly<Record<string, string>> = {
  TransactWriteItems: 'transactions',
  TransactGetItems: 'transactions',
  UpdateTimeToLive: 'time to live',
};

const namesPerPage = 100;

export function createOperations({ strong, replicas, locks, createTable }: OperationsOptions): Execute {
  const replicaOf = (region: string): TableStore => {
    const replica = replicas.get(region);
    if (replica === undefined) throw new Error(`${region} is not a region of this table`);
    return replica;
  };

  const on = (store: TableStore, operation: DynaliteOperation, body: Item): Promise<object> =>
    store.run(operation, store.check(operation, body));

  const writes = createWrites(strong, locks);

  return async (region, operation, body) => {
    switch (operation) {
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return writes.write(region, operation, body);
      case 'BatchWriteItem':
        return writes.batchWrite(region, body);
      case 'GetItem':
      case 'Query':
      case 'Scan':
        return on(body['ConsistentRead'] === true && body['IndexName'] === undefined ? strong : replicaOf(region), operation, body);
      case 'BatchGetItem':
        return batchGet(strong, replicaOf(region), body);
      case 'DescribeTable':
      case 'DescribeTimeToLive':
        return on(replicaOf(region), operation, body);
      case 'ListTables':
        return listTables(strong, body);
      case 'CreateTable':
        refuseLocalIndexes(body);
        return { TableDescription: await createTable(strong.check('CreateTable', body)) };
      default:
        throw notOffered(operation);
    }
  };
}

interface BatchGetAnswer {
  readonly Responses: Record<string, Item[]>;
  readonly UnprocessedKeys: Record<string, unknown>;
  readonly ConsumedCapacity?: readonly unknown[];
}

function refuseLocalIndexes(body: Item): void {
  if (body['LocalSecondaryIndexes'] === undefined) return;
  throw refusal('ValidationException', 'A global table with multi-region strong consistency cannot have local secondary indexes.');
}

function notOffered(operation: string): Error {
  const what = notOnThisTable[operation];
  if (what === undefined) return refusal('UnknownOperationException', `${operation} is not offered by this store.`);
  return refusal('ValidationException', `${operation}: a global table with multi-region strong consistency does not have ${what}.`);
}

function listTables(strong: TableStore, body: Item): object {
  const { ExclusiveStartTableName: after = '', Limit: limit = namesPerPage } = body as { ExclusiveStartTableName?: string; Limit?: number };
  const names = [...strong.tables.keys()].toSorted().filter((name) => name > after);
  const page = names.slice(0, limit);
  return names.length > limit ? { TableNames: page, LastEvaluatedTableName: page.at(-1) } : { TableNames: page };
}

/** Each table of the request says for itself whether it is read strongly. */
async function batchGet(strong: TableStore, replica: TableStore, body: Item): Promise<object> {
  const data = strong.check('BatchGetItem', body);
  const requested = Object.entries(data['RequestItems'] as Record<string, { ConsistentRead?: boolean }>);
  const part = async (store: TableStore, tables: typeof requested): Promise<BatchGetAnswer[]> =>
    tables.length === 0
      ? []
      : [(await store.run('BatchGetItem', { ...data, RequestItems: Object.fromEntries(tables) })) as BatchGetAnswer];
  const [first, second] = (
    await Promise.all([
      part(strong, requested.filter(([, table]) => table.ConsistentRead === true)),
      part(replica, requested.filter(([, table]) => table.ConsistentRead !== true)),
    ])
  ).flat();
  if (first === undefined) throw new Error('a checked BatchGetItem request names at least one table');
  if (second === undefined) return first;
  return {
    Responses: { ...first.Responses, ...second.Responses },
    UnprocessedKeys: { ...first.UnprocessedKeys, ...second.UnprocessedKeys },
    ...(first.ConsumedCapacity ? { ConsumedCapacity: [...first.ConsumedCapacity, ...(second.ConsumedCapacity ?? [])] } : {}),
  };
}
