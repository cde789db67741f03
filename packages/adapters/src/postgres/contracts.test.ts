// The contract suites of Ledger, LedgerControl and Outbox, over PostgreSQL with a streaming standby and over the ledger
// in memory.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { epochMs, epochOf } from '@understudy/core';
import { decided, ledgerContract, ledgerControlContract, ledgerRefundsContract, outboxContract } from '@understudy/core/contracts';
import type { LedgerFixture, OutboxFixture } from '@understudy/core/contracts';
import { InMemoryLedgerPair } from '../in-memory/in-memory-ledger-pair.ts';
import { InMemoryOutbox } from '../in-memory/in-memory-outbox.ts';
import { VirtualClock } from '../in-memory/virtual-clock.ts';
import { createLedgerPool } from './ledger-pool.ts';
import { PostgresLedgerControl } from './postgres-ledger-control.ts';
import { PostgresLedger } from './postgres-ledger.ts';
import { PostgresOutbox } from './postgres-outbox.ts';
import { TestRelay } from './test-relay.ts';
import { caughtUp, TestServer, until } from './test-server.ts';

let primary: TestServer;
let standby: TestServer;

beforeAll(async () => {
  primary = await TestServer.start();
  standby = await primary.startStandby();
});

afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
});

/** `also`: what this database has beside the ledger. */
async function postgresFixture(also?: string): Promise<LedgerFixture & { readonly outboxes: OutboxFixture }> {
  const database = await primary.createDatabase();
  if (also !== undefined) await database.sql(also);
  await caughtUp(primary, standby);
  const relay = await TestRelay.start(database.connection);
  const pools = {
    'us-east-1': createLedgerPool({ ...relay.connection, maxConnections: 8 }),
    'us-east-2': createLedgerPool(standby.connectionTo(database.name)),
  };
  const shared = {
    ledger: new PostgresLedger(pools['us-east-1']),
    caughtUp: () => caughtUp(primary, standby),
    cutOff: () => relay.close(),
    close: async () => {
      await Promise.all([pools['us-east-1'].end(), pools['us-east-2'].end()]);
      await relay.close();
    },
  };
  return {
    ...shared,
    region: 'us-east-1',
    standby: new PostgresLedger(pools['us-east-2']),
    control: new PostgresLedgerControl(pools),
    outboxes: { ...shared, outbox: new PostgresOutbox(pools['us-east-1']), standby: new PostgresOutbox(pools['us-east-2']) },
  };
}

async function inMemoryFixture(): Promise<LedgerFixture & { readonly outboxes: OutboxFixture }> {
  const pair = new InMemoryLedgerPair({ clock: new VirtualClock(epochMs(1_767_614_400_000)), primary: 'us-east-1' });
  const [ledger, standby] = [pair.servers['us-east-1'], pair.servers['us-east-2']];
  const shared = { ledger, caughtUp: async () => {}, cutOff: async () => pair.stop('us-east-1'), close: async () => {} };
  return { ...shared, region: 'us-east-1', standby, control: pair, outboxes: { ...shared, outbox: new InMemoryOutbox(ledger), standby: new InMemoryOutbox(standby) } };
}

describe('postgres', () => {
  for (const contract of [...ledgerContract(() => postgresFixture()), ...ledgerRefundsContract(() => postgresFixture()), ...ledgerControlContract(() => postgresFixture()), ...outboxContract(async () => (await postgresFixture()).outboxes)]) test(contract.name, () => contract.run());

  test('status: of a standby that has received more than it replayed -> how long ago it last replayed', async () => {
    const { ledger, control, close } = await postgresFixture();
    await standby.sql('postgres', 'SELECT pg_wal_replay_pause()');
    try {
      await ledger.post(epochOf(1), [decided('a')]);
      await until('the standby has received it', async () => {
        const [standing] = await standby.sql('postgres', 'SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn() AS done');
        return standing?.['done'] === true;
      });
      expect((await control.status('us-east-2')).lagMs).toBeGreaterThan(0);
    } finally {
      await standby.sql('postgres', 'SELECT pg_wal_replay_resume()');
      await close();
    }
  });
});

describe('postgres, as Aurora', () => {
  test('pool: the writer has no address, as in a standby -> the reader is connected to', async () => {
    const relay = await TestRelay.start(primary.connectionTo('postgres'));
    // Two dots in a row are no name, so no resolver is asked.
    const pool = createLedgerPool({ ...relay.connection, host: 'no..writer', readerHost: relay.connection.host });
    try {
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    } finally {
      await pool.end();
      await relay.close();
    }
  });

  test('status: of a standby whose server has the lag of its volume on record -> that of its own region', async () => {
    const { control, close } = await postgresFixture(`
      CREATE FUNCTION aurora_global_db_status() RETURNS TABLE (aws_region text, rpo_lag_in_msec bigint) LANGUAGE sql
      AS $$ VALUES ('us-east-1', -1), ('us-east-2', 42) $$`);
    try {
      expect((await control.status('us-east-2')).lagMs).toBe(42);
    } finally {
      await close();
    }
  });
});

describe('in-memory', () => {
  for (const contract of [...ledgerContract(inMemoryFixture), ...ledgerRefundsContract(inMemoryFixture), ...ledgerControlContract(inMemoryFixture), ...outboxContract(async () => (await inMemoryFixture()).outboxes)]) test(contract.name, () => contract.run());
});
