/**
 * One region's eventually consistent copy of all tables, indexes included: what GSIs and plain reads are answered from.
 * Invariant: it applies the images of an item in commit order, each whole, so it is always a state that the item had;
 * once it has followed everything, its indexes hold exactly what the items say.
 * Does not: outlive the process. It is rebuilt from the strong store's items at start.
 */
import { database, promised, type BatchOperation, type RowDb } from './dynalite-library.ts';
import { createImageQueue } from './image-queue.ts';
import { openTableStore, type ItemImage, type TableStore } from './table-store.ts';

export interface ReplicaLag {
  readonly stalled: boolean;
  readonly delayMs: number;
}

export interface Replica {
  readonly store: TableStore;
  /** Queues an image to be followed. */
  follow(image: ItemImage): void;
  /** Applies images of *different* items at once, past the queue: for the rebuild, when nothing is there yet. */
  load(images: readonly ItemImage[]): Promise<void>;
  /** To be called when the lag given to `openReplica` has changed. */
  lagChanged(): void;
  close(): Promise<void>;
}

export async function openReplica(region: string, lag: () => ReplicaLag): Promise<Replica> {
  const store = await openTableStore({ region });
  const queue = createImageQueue();
  let following: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const followAll = async (): Promise<void> => {
    while (!closed && !lag().stalled) {
      const images = queue.takeSlice(performance.now() - lag().delayMs);
      if (images.length === 0) break;
      await apply(store, images);
    }
    following = undefined;
    wake();
  };

  const wake = (): void => {
    clearTimeout(timer);
    const oldestMs = queue.oldestCommittedAtMs();
    if (oldestMs === undefined || closed || following || lag().stalled) return;
    const waitMs = oldestMs + lag().delayMs - performance.now();
    if (waitMs > 0) timer = setTimeout(wake, Math.ceil(waitMs));
    else following = Promise.resolve().then(followAll);
  };

  return {
    store,
    load: (images) => apply(store, images),
    lagChanged: wake,
    follow(image) {
      // A stall may last without bound; what piles up during it must not.
      if (lag().stalled) queue.pushNewest(image, performance.now());
      else queue.push(image, performance.now());
      wake();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await following;
      await store.close();
    },
  };
}

/** Applies images of different items. Each index changes from an item's old row to its new one in one step. */
async function apply(store: TableStore, images: readonly ItemImage[]): Promise<void> {
  const existing = await Promise.all(images.map(({ tableName, key }) => store.getItem(tableName, key)));
  const changes = new Map<RowDb, BatchOperation[]>();
  const change = (rows: RowDb, operation: BatchOperation): void => {
    const operations = changes.get(rows);
    if (operations) operations.push(operation);
    else changes.set(rows, [operation]);
  };
  images.forEach(({ tableName, key, item }, at) => {
    const table = store.tables.get(tableName);
    if (table === undefined) throw new Error(`the replica was given an item of ${tableName}, a table it does not know`);
    const index = database.getIndexActions(table.GlobalSecondaryIndexes ?? [], existing[at], item, table);
    const indexRows = (name: string): RowDb => store.inner.getIndexDb('global', tableName, name);
    for (const row of index.deletes) change(indexRows(row.index), { type: 'del', key: row.key });
    for (const row of index.puts) change(indexRows(row.index), { type: 'put', key: row.key, value: row.item });
    change(store.inner.getItemDb(tableName), item ? { type: 'put', key, value: item } : { type: 'del', key });
  });
  await Promise.all([...changes].map(([rows, operations]) => promised<void>((callback) => rows.batch(operations, callback))));
}
