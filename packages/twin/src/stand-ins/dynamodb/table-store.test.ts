import { expect, test, vi } from 'vitest';
import type { Item, TableDescription } from './dynalite-library.ts';
import { openTableStore } from './table-store.ts';
import { journalTable, payment, tableName } from './test-tables.ts';

test('table store: queries and scans read to their end or stopped by a limit -> every iterator is closed', async () => {
  const store = await openTableStore({ region: 'us-east-1' });
  store.addTable(journalTable as unknown as TableDescription);
  const run = (operation: 'PutItem' | 'Query' | 'Scan', body: Item) =>
    store.run(operation, store.check(operation, { TableName: tableName, ...body }));
  for (let n = 0; n < 20; n += 1) await run('PutItem', { Item: payment(`P#${n}`) });

  let opened = 0;
  let closed = 0;
  const { db } = store.inner as unknown as { db: { values(options: object): { close(): Promise<void> } } };
  const values = db.values.bind(db);
  db.values = (options) => {
    const iterator = values(options);
    const close = iterator.close.bind(iterator);
    opened += 1;
    vi.spyOn(iterator, 'close').mockImplementationOnce(() => {
      closed += 1;
      return close();
    });
    return iterator;
  };
  const query = {
    IndexName: 'work', KeyConditionExpression: '#w = :w',
    ExpressionAttributeNames: { '#w': 'work' }, ExpressionAttributeValues: { ':w': { S: '7' } },
  };
  await run('Query', { ...query });
  await run('Query', { ...query, Limit: 3 });
  await run('Scan', { Limit: 3 });
  expect(opened).toBe(3);
  await vi.waitFor(() => expect(closed).toBe(3));
  await store.close();
});
