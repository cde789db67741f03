// The functions' rights at the table, through a real client: what the manifest gives, and what is missed once it is taken away.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand, ScanCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { functions } from '@understudy/functions/manifest';
import type { Right } from '@understudy/functions/manifest';
import { expect, onTestFinished, test, vi } from 'vitest';
import { permissions } from './permissions.ts';
import { createGlobalTableStore } from './stand-ins/dynamodb/global-table-store.ts';
import { CALLER_HEADER } from './stand-ins/dynamodb/permissions.ts';
import { clientOf, east1, journalTable, payment, regions, tableName } from './stand-ins/dynamodb/test-tables.ts';

/** A client of the table, as this function or as nobody's. */
async function open(manifest = functions): Promise<(caller?: string) => DynamoDBClient> {
  vi.spyOn(console, 'error').mockReturnValue();
  const dataDir = await mkdtemp(join(tmpdir(), 'understudy-permissions-'));
  const store = await createGlobalTableStore({ dataDir, regions, tables: [journalTable], permissions: permissions(manifest) });
  const ports = await store.listen();
  const clients: DynamoDBClient[] = [];
  onTestFinished(async () => {
    vi.restoreAllMocks();
    for (const client of clients) client.destroy();
    await store.close();
    await rm(dataDir, { recursive: true });
  });
  return (caller) => {
    const client = clientOf(east1, ports[east1] ?? 0);
    if (caller !== undefined) {
      client.middlewareStack.add((next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers[CALLER_HEADER] = caller;
        return next(args);
      }, { step: 'build' });
    }
    clients.push(client);
    return client;
  };
}

const Key = { pk: { S: 'P#1' } };
const put = new PutItemCommand({ TableName: tableName, Item: payment('P#1') });
const get = new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true });
const remove = new DeleteItemCommand({ TableName: tableName, Key });
const query = (index?: string) => new QueryCommand({
  TableName: tableName, KeyConditionExpression: '#k = :k', ExpressionAttributeValues: { ':k': { S: 'c' } },
  ...(index === undefined ? { ExpressionAttributeNames: { '#k': 'pk' } } : { IndexName: index, ExpressionAttributeNames: { '#k': index === 'work' ? 'work' : 'customer_key' } }),
});
const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
const without = (name: string, right: Right) => functions.map((spec) => (spec.name === name ? { ...spec, rights: spec.rights.filter((one) => one !== right) } : spec));

test('permissions: what a function has a right to -> done; what it has none to -> denied in the words of AWS, and nothing is done', async () => {
  const as = await open();
  await as('accept').send(put);
  await expect(as('read').send(remove)).rejects.toMatchObject({
    ...denied,
    message: 'User: arn:aws:sts::000000000000:assumed-role/read is not authorized to perform: dynamodb:DeleteItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/understudy-journal because no identity-based policy allows the dynamodb:DeleteItem action',
  });
  expect(vi.mocked(console.error).mock.calls.flat().join()).toContain('"event":"access_denied","caller":"read"');
  expect((await as('read').send(get)).Item).toEqual(payment('P#1'));
  await as('purge').send(remove);
  expect((await as('read').send(get)).Item).toBeUndefined();
});

test('permissions: a right to one index -> neither to the other, nor to the table', async () => {
  const as = await open();
  await as('read').send(query('customer'));
  await expect(as('read').send(query('work'))).rejects.toMatchObject({ ...denied, message: expect.stringContaining('table/understudy-journal/index/work') as string });
  await as('confirm').send(query('work'));
  await expect(as('confirm').send(query('customer'))).rejects.toMatchObject(denied);
  await expect(as('confirm').send(query())).rejects.toMatchObject(denied);
  await as('confirm').send(new ScanCommand({ TableName: tableName, IndexName: 'work' }));
  await expect(as('confirm').send(new ScanCommand({ TableName: tableName }))).rejects.toMatchObject(denied);
  await expect(as('read').send(new ScanCommand({ TableName: tableName, IndexName: 'customer' }))).rejects.toMatchObject(denied);
});

test('permissions: a tool, which says no name -> may do everything; a name that nobody has -> nothing', async () => {
  const as = await open();
  await as().send(put);
  await as().send(query('work'));
  await as().send(remove);
  await expect(as('constructor').send(get)).rejects.toMatchObject(denied);
});

test.each([['purge', 'table:delete', remove], ['read', 'table:read', get]] as const)('permissions: %s without %s, planted -> denied', async (name, right, command) => {
  const [as, asPlanted] = [await open(), await open(without(name, right))];
  await as(name).send(command as typeof get);
  await expect(asPlanted(name).send(command as typeof get)).rejects.toMatchObject(denied);
});

test('permissions: the detector of the witness -> has its rights there and not those of the regions', () => {
  const { detect, 'detect-witness': witness } = permissions();
  const resources = (given: typeof detect): readonly string[] => [...new Set(given?.map(({ resource }) => resource))];
  expect(resources(detect)).toEqual([tableName, `${tableName}/index/work`]);
  expect(resources(witness)).toEqual([tableName]);
});
