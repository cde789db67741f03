// Every contract suite of what is kept in the table, over a real DynamoDB engine, each case on a fresh table.
import { GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { canaryContract, customerIndexContract, endpointsContract, epochRegisterContract, journalContract, keyStoreContract, moveLogContract, refundsContract, sessionHoldsContract, sessionsContract, votesContract, workIndexContract, bookmarksContract, operationLogContract, upkeepContract } from '@understudy/core/contracts';
import type { ContractCase } from '@understudy/core/contracts';
import { epochMs } from '@understudy/core';
import { describe, test } from 'vitest';
import { systemClock, systemRandom } from '../system/index.ts';
import { DynamoCanary } from './dynamo-canary.ts';
import { DynamoEndpoints } from './dynamo-endpoints.ts';
import { DynamoCustomerIndex } from './dynamo-customer-index.ts';
import { DynamoEpochRegister } from './dynamo-epoch-register.ts';
import { DynamoJournal } from './dynamo-journal.ts';
import { DynamoKeyStore } from './dynamo-key-store.ts';
import { DynamoMoveLog } from './dynamo-move-log.ts';
import { DynamoOperationLog } from './dynamo-operation-log.ts';
import { DynamoRefunds } from './dynamo-refunds.ts';
import { DynamoSessionHolds } from './dynamo-session-holds.ts';
import { DynamoSessions } from './dynamo-sessions.ts';
import { DynamoBookmarks, DynamoHoldUpkeep, DynamoUpkeep } from './dynamo-upkeep.ts';
import { DynamoVotes } from './dynamo-votes.ts';
import { DynamoWorkIndex } from './dynamo-work-index.ts';
import { canaryPk, journalTable } from './journal-table.ts';
import { sessionsTable } from './sessions-table.ts';
import { connect, createTestTable } from './test-table.ts';

const suite = (name: string, cases: readonly ContractCase[]): void => {
  describe(name, () => {
    for (const each of cases) test(each.name, () => each.run());
  });
};

suite('journal', journalContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { journal: new DynamoJournal(connection, systemRandom), cutOff, close };
}));

suite('refunds', refundsContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { journal: new DynamoJournal(connection, systemRandom), refunds: new DynamoRefunds(connection, systemRandom), workIndex: new DynamoWorkIndex(connection), caughtUp: async () => {}, cutOff, close };
}));

suite('work index', workIndexContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { journal: new DynamoJournal(connection, systemRandom), workIndex: new DynamoWorkIndex(connection), caughtUp: async () => {}, cutOff, close };
}));

suite('customer index', customerIndexContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { journal: new DynamoJournal(connection, systemRandom), customers: new DynamoCustomerIndex(connection), caughtUp: async () => {}, cutOff, close };
}));

suite('epoch register', epochRegisterContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { epochs: new DynamoEpochRegister(connection), cutOff, close };
}));

suite('votes', votesContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { votes: new DynamoVotes(connection), cutOff, close };
}));

suite('key store', keyStoreContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { keys: new DynamoKeyStore(connection, systemClock), cutOff, close };
}));

suite('canary', canaryContract(async () => {
  const { connection, client, cutOff, close } = await createTestTable();
  return {
    canary: new DynamoCanary(connection),
    async written(region) {
      const { Item } = await client.send(new GetItemCommand({ TableName: journalTable.TableName, Key: { pk: { S: canaryPk(region) } }, ConsistentRead: true }));
      return Item ? epochMs(Number(Item['at']?.N)) : undefined;
    },
    cutOff,
    close,
  };
}));

suite('move log', moveLogContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { moveLog: new DynamoMoveLog(connection, systemRandom), cutOff, close };
}));

suite('session holds', sessionHoldsContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { holds: new DynamoSessionHolds(connection), upkeep: new DynamoHoldUpkeep(connection), cutOff, close };
}));

suite('sessions', sessionsContract(async () => {
  const copies = { 'us-east-1': await createTestTable(sessionsTable), 'us-east-2': await createTestTable(sessionsTable) };
  const [one, two] = Object.values(copies).map(({ endpoint }) => endpoint);
  const connections = [[one, two], [two, one]].map(([near, far]) => connect({ table: sessionsTable.TableName, primaryEndpoint: near ?? '', peerEndpoint: far ?? '' }));
  const [east, other] = connections.map((connection) => new DynamoSessions(connection));
  if (!east || !other) throw new Error('there are two regions');
  return {
    sessions: { 'us-east-1': east, 'us-east-2': other },
    async replicate() {
      const tables = Object.values(copies);
      for (const from of tables) for (const to of tables) {
        const { Items = [] } = await from.client.send(new ScanCommand({ TableName: sessionsTable.TableName }));
        for (const Item of Items) await to.client.send(new PutItemCommand({ TableName: sessionsTable.TableName, Item }));
      }
    },
    cutOff: (region) => copies[region].cutOff(),
    async close() {
      for (const connection of connections) connection.close();
      await Promise.all(Object.values(copies).map((copy) => copy.close()));
    },
  };
}));

suite('operation log', operationLogContract(async () => {
  const { connection, close } = await createTestTable();
  return { operations: new DynamoOperationLog(connection, systemRandom), close };
}));

suite('endpoints', endpointsContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { endpoints: new DynamoEndpoints(connection), cutOff, close };
}));

suite('upkeep', upkeepContract(async () => {
  const { connection, close } = await createTestTable();
  return { journal: new DynamoJournal(connection, systemRandom), upkeep: new DynamoUpkeep(connection), close };
}));

suite('bookmarks', bookmarksContract(async () => {
  const { connection, close } = await createTestTable();
  return { bookmarks: new DynamoBookmarks(connection), close };
}));
