// Every contract suite of what is kept in the table, over a real DynamoDB engine, each case on a fresh table.
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { canaryContract, epochRegisterContract, journalContract, keyStoreContract, moveLogContract, votesContract, workIndexContract } from '@understudy/core/contracts';
import type { ContractCase } from '@understudy/core/contracts';
import { epochMs } from '@understudy/core';
import { describe, test } from 'vitest';
import { systemClock, systemRandom } from '../system/index.ts';
import { DynamoCanary } from './dynamo-canary.ts';
import { DynamoEpochRegister } from './dynamo-epoch-register.ts';
import { DynamoJournal } from './dynamo-journal.ts';
import { DynamoKeyStore } from './dynamo-key-store.ts';
import { DynamoMoveLog } from './dynamo-move-log.ts';
import { DynamoVotes } from './dynamo-votes.ts';
import { DynamoWorkIndex } from './dynamo-work-index.ts';
import { canaryPk, journalTable } from './journal-table.ts';
import { createTestTable } from './test-table.ts';

const suite = (name: string, cases: readonly ContractCase[]): void => {
  describe(name, () => {
    for (const each of cases) test(each.name, () => each.run());
  });
};

suite('journal', journalContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { journal: new DynamoJournal(connection, systemRandom), cutOff, close };
}));

suite('work index', workIndexContract(async () => {
  const { connection, cutOff, close } = await createTestTable();
  return { journal: new DynamoJournal(connection, systemRandom), workIndex: new DynamoWorkIndex(connection), caughtUp: async () => {}, cutOff, close };
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
