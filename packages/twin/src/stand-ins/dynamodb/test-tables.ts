/**
 * What the tests of this folder share: the product's table, clients of the real SDK, and waiting for a condition.
 * Does not: start anything by itself.
 */
import { CUSTOMER_INDEX, journalTable as deployedTable } from '@understudy/adapters/dynamodb';
import { DynamoDBClient, QueryCommand, ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';

export type Attributes = Record<string, AttributeValue>;

export const tableName: string = deployedTable.TableName;
export const east1 = 'us-east-1';
export const east2 = 'us-east-2';
export const regions: readonly string[] = [east1, east2];

/** The table that is deployed, so that keys and indexes cannot drift apart; its customer index holds whole items here, to test that projection too. */
export const journalTable: Readonly<Record<string, unknown>> = {
  ...deployedTable,
  GlobalSecondaryIndexes: deployedTable.GlobalSecondaryIndexes?.map((index) => (index.IndexName === CUSTOMER_INDEX ? { ...index, Projection: { ProjectionType: 'ALL' } } : index)),
};

/** One attempt only, so that a test sees each answer. */
export const clientOf = (region: string, port: number): DynamoDBClient =>
  new DynamoDBClient({
    region,
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

export const payment = (pk: string, more: Attributes = {}): Attributes => ({
  pk: { S: pk }, work: { S: '7' }, work_sort: { S: '0#1' }, customer_key: { S: 'c' }, accepted_at: { N: '1' }, ...more,
});

export async function scanAll(client: DynamoDBClient): Promise<Attributes[]> {
  const found: Attributes[] = [];
  let start: Attributes | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey: start }));
    found.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return found;
}

export interface IndexQuery {
  readonly shard?: string;
  /** On `#s`, the sort key, with the value `:s`. */
  readonly sort?: readonly [condition: string, value: string];
  readonly limit?: number;
  readonly backwards?: boolean;
}

/** All pages of a shard of the `work` index. */
export async function queryWork(client: DynamoDBClient, query: IndexQuery = {}): Promise<Attributes[]> {
  const { shard = '7', sort, limit, backwards = false } = query;
  const found: Attributes[] = [];
  let start: Attributes | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'work',
        KeyConditionExpression: sort ? `#w = :w AND ${sort[0]}` : '#w = :w',
        ExpressionAttributeNames: { '#w': 'work', ...(sort ? { '#s': 'work_sort' } : {}) },
        ExpressionAttributeValues: { ':w': { S: shard }, ...(sort ? { ':s': { S: sort[1] } } : {}) },
        Limit: limit,
        ScanIndexForward: !backwards,
        ExclusiveStartKey: start,
      }),
    );
    found.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return found;
}

/** The `pk#work_sort` of all rows of a shard, in the index's order. */
export const workRows = async (client: DynamoDBClient, query: IndexQuery = {}): Promise<string[]> =>
  (await queryWork(client, query)).map((row) => `${row['pk']?.S} ${row['work_sort']?.S}`);
