/**
 * Writes to the strong store, one item at a time.
 * Invariant: an item's writes run one after the other, and the old item told with a failed condition is the very one that
 * failed it.
 * Does not: feed the replicas; the strong store reports its commits itself.
 */
import type { Item } from './dynalite-library.ts';
import type { KeyLocks } from './key-locks.ts';
import { isConditionFailure, refusal } from './refusal.ts';
import { itemKey, type TableStore } from './table-store.ts';

export interface Writes {
  write(region: string, operation: 'PutItem' | 'UpdateItem' | 'DeleteItem', body: Item): Promise<object>;
  /** Refused as a whole when another region is writing one of the items. */
  batchWrite(region: string, body: Item): Promise<object>;
}

interface BatchRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

export function createWrites(strong: TableStore, locks: KeyLocks): Writes {
  const keyIn = (tableName: unknown, attributes: unknown): string | undefined => {
    const table = strong.tables.get(String(tableName));
    return table && attributes ? itemKey(table, attributes as Item) : undefined;
  };

  const write: Writes['write'] = async (region, operation, body) => {
    const wantsOld = wantsOldOnFailure(body);
    const data = strong.check(operation, body);
    const tableName = String(data['TableName']);
    const key = keyIn(tableName, data['Item'] ?? data['Key']);
    // Without a key there is nothing to lock, and the action refuses the request.
    if (key === undefined) return strong.run(operation, data);
    return locks.hold(region, [`${tableName}/${key}`], async () => {
      try {
        return await strong.run(operation, data);
      } catch (error) {
        if (!wantsOld || !isConditionFailure(error)) throw error;
        // dynalite ignores the request for the old item. We still hold the lock, so this is the item that failed the condition.
        const old = await strong.getItem(tableName, key);
        if (old) error.body['Item'] = old;
        throw error;
      }
    });
  };

  const batchWrite: Writes['batchWrite'] = async (region, body) => {
    const data = strong.check('BatchWriteItem', body);
    const keys = Object.entries(data['RequestItems'] as Record<string, BatchRequest[]>).flatMap(([tableName, requests]) =>
      requests.flatMap((request) => {
        const key = keyIn(tableName, request.PutRequest?.Item ?? request.DeleteRequest?.Key);
        return key === undefined ? [] : [`${tableName}/${key}`];
      }),
    );
    return locks.hold(region, keys, () => strong.run('BatchWriteItem', data));
  };

  return { write, batchWrite };
}

function wantsOldOnFailure(body: Item): boolean {
  const wanted = body['ReturnValuesOnConditionCheckFailure'];
  if (wanted === undefined || wanted === 'NONE') return false;
  if (wanted === 'ALL_OLD') return true;
  throw refusal('ValidationException', 'ReturnValuesOnConditionCheckFailure can only be ALL_OLD or NONE');
}
