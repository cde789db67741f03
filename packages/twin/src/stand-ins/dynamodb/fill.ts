// Puts items into the stored table while its process is down, past all checks: a table of a million items in seconds, for
// measuring what its size costs. The table was created by an earlier run of the process.
import type { Item } from './dynalite-library.ts';
import { promised } from './dynalite-library.ts';
import type { BatchOperation, TableDescription } from './dynalite-library.ts';
import { itemKey, openTableStore } from './table-store.ts';

const ITEMS_AT_ONCE = 1000;

export async function fillTable({ dataDir, tableName }: { readonly dataDir: string; readonly tableName: string }, items: Iterable<Item>): Promise<void> {
  const store = await openTableStore({ region: 'us-east-1', path: dataDir });
  try {
    const table = await promised<TableDescription>((callback) => store.inner.getTable(tableName, false, callback));
    if (table === undefined) throw new Error(`there is no table ${tableName} to fill`);
    const rows = store.inner.getItemDb(tableName);
    let operations: BatchOperation[] = [];
    const write = async (): Promise<void> => {
      const written = operations;
      operations = [];
      await promised<void>((callback) => rows.batch(written, callback));
    };
    for (const item of items) {
      operations.push({ type: 'put', key: itemKey(table, item) ?? '', value: item });
      if (operations.length >= ITEMS_AT_ONCE) await write();
    }
    await write();
  } finally {
    await store.close();
  }
}
