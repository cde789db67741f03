// The twin's stand-ins, started alone: the table in a process of its own, the queue in this one, a ledger with a standby.
// Invariant: each is ended when its benchmark is, and keeps its data in the benchmark's folder.
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createDynamoConnection, DynamoEpochRegister, journalTable } from '@understudy/adapters/dynamodb';
import type { DynamoConnection } from '@understudy/adapters/dynamodb';
import { createLedgerPool, migrate } from '@understudy/adapters/postgres';
import type { LedgerPool } from '@understudy/adapters/postgres';
import { systemClock } from '@understudy/adapters/system';
import { epochMs, firstEpochRecord } from '@understudy/core';
import { createSqs, databaseName, followsFresh, freePort, PostgresServer, seedStandby, startTable, superuser } from '@understudy/twin';
import type { Bench } from '../benchmark.ts';

export const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' } as const;

type Place = Pick<Bench, 'folder' | 'after'>;

export interface JournalStandIn {
  readonly pid: number;
  readonly endpoint: string;
  readonly connection: DynamoConnection;
}

/** A table like Powertools' own: records by `id`. */
export const idempotencyTable = {
  TableName: 'idempotency',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
} as const;

export interface JournalOptions {
  readonly name?: string;
  readonly regions?: readonly string[];
}

/** With a first epoch record: us-east-1 is active. */
export async function startJournal({ folder, after }: Place, { name = 'table', regions = ['us-east-1', 'us-east-2'] }: JournalOptions = {}): Promise<JournalStandIn> {
  const tables = [journalTable, idempotencyTable] as unknown as Readonly<Record<string, unknown>>[];
  const child = await startTable({ dataDir: join(folder, name), regions, tables }, join(folder, `${name}.log`));
  after(() => child.stop());
  const ports = child.ready['ports'] as Readonly<Record<string, number>>;
  const endpoint = `http://127.0.0.1:${ports['us-east-1']}`;
  const connection = createDynamoConnection({ region: 'us-east-1', peerRegion: 'us-east-2', primaryEndpoint: endpoint, peerEndpoint: endpoint, credentials, table: journalTable.TableName, clock: systemClock, limits: { connectMs: 5000, totalMs: 10_000 } });
  after(async () => connection.close());
  await new DynamoEpochRegister(connection).initialise(firstEpochRecord('us-east-1', epochMs(Date.now())));
  return { pid: child.pid, endpoint, connection };
}

export const queueName = 'payments';

/** In this process: what is measured runs in another. Returns its endpoint. */
export async function startQueue({ after }: Place): Promise<string> {
  const sqs = createSqs({ region: 'us-east-1' });
  sqs.createQueue(queueName);
  const port = await sqs.listen();
  after(() => sqs.close());
  return `http://127.0.0.1:${port}`;
}

export interface LedgerStandIn {
  readonly pool: LedgerPool;
  /** The raw statements' own connections. */
  readonly raw: LedgerPool;
}

/** As in production: four connections a function, and an asynchronous standby that follows. */
const CONNECTIONS = 4;
/** Seeding and clearing take longer than a payment may. */
const patient = { statementMs: 600_000, answerMs: 600_000, lockMs: 60_000, connectionLifeMs: 3_600_000, idleInTransactionMs: 60_000 } as const;

export interface Pair {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
}

/**
 * Half of the memory of one capacity unit, the least that a deployment has: Aurora gives half to three quarters of its
 * memory to this cache. The twin's own servers have 48 MB, for laptops.
 */
export const deployedCache: Readonly<Record<string, string>> = { shared_buffers: '1GB' };

/** A primary with the schema of the books, its fence at 1 and no rows; a standby that follows it. `settings`: beside the twin's. */
export async function startPair({ folder, after }: Place, settings: Readonly<Record<string, string>> = {}): Promise<Pair> {
  const home = join(folder, 'ledger');
  await mkdir(home, { recursive: true });
  // Its account is not ours where we are root.
  await Promise.all([folder, home].map((path) => chmod(path, 0o755)));
  const server = async (name: string): Promise<PostgresServer> => {
    const made = new PostgresServer({ name, dataDir: join(home, name), logFile: join(folder, `${name}.log`), port: await freePort(), settings });
    after(() => made.kill());
    return made;
  };
  const [primary, standby] = [await server('primary'), await server('standby')];
  await primary.initialise();
  await primary.start({ role: 'primary' });
  await migrate({ ...primary.address, user: superuser, database: databaseName });
  await seedStandby({ source: primary.address, sourceDataDir: primary.dataDir, target: standby });
  await standby.start({ role: 'standby', upstream: primary.address });
  if (!(await followsFresh({ primary, standby }))) throw new Error('the standby does not follow');
  return { primary, standby };
}

export async function startLedger(place: Place): Promise<LedgerStandIn> {
  const { primary } = await startPair(place, deployedCache);
  return openLedger(place, primary);
}

export function openLedger(place: Place, primary: PostgresServer): LedgerStandIn {
  const address = { ...primary.address, user: superuser, database: databaseName };
  const pool = createLedgerPool({ ...address, maxConnections: CONNECTIONS });
  const raw = createLedgerPool({ ...address, maxConnections: CONNECTIONS, limits: patient });
  place.after(() => Promise.all([pool.end(), raw.end()]));
  return { pool, raw };
}
