/**
 * Short-lived SQL connections to a server, and waiting for a condition with a bound.
 * Invariant: a connection that breaks rejects the query in hand and never crashes the process.
 * It keeps no pool: those who serve payments bring their own.
 */
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const superuser = 'understudy';
export const databaseName = 'understudy';
/** May read everything and change nothing; the only role let in while a former primary is examined. */
export const examiner = 'understudy_examiner';

const connectLimitMs = 2_000;

export async function connect(address: Address, user: string = superuser): Promise<pg.Client> {
  const client = new pg.Client({ ...address, user, database: databaseName, connectionTimeoutMillis: connectLimitMs });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Connects, does one thing and closes, whatever happens. */
export async function withConnection<T>(address: Address, work: (client: pg.Client) => Promise<T>, user: string = superuser): Promise<T> {
  const client = await connect(address, user);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The only row of a query. */
export async function one<T extends pg.QueryResultRow>(client: pg.Client, sql: string, values: readonly unknown[] = []): Promise<T> {
  const { rows } = await client.query<T>(sql, [...values]);
  const [row] = rows;
  if (!row || rows.length > 1) throw new Error(`expected one row, got ${rows.length}: ${sql}`);
  return row;
}

export const isInRecovery = async (client: pg.Client): Promise<boolean> =>
  (await one<{ recovery: boolean }>(client, 'SELECT pg_is_in_recovery() AS recovery')).recovery;

export interface Patience {
  readonly limitMs: number;
  readonly everyMs: number;
}

/** Polls until `probe` gives something other than `undefined`; gives `undefined` itself when the limit has passed. */
export async function poll<T>(probe: () => Promise<T | undefined>, { limitMs, everyMs }: Patience): Promise<T | undefined> {
  const until = performance.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined || performance.now() >= until) return found;
    await delay(everyMs);
  }
}

/** A port of 127.0.0.1 that nobody else is given until it is let go. */
export interface HeldPort {
  readonly port: number;
  /** Bind it right after; to let go twice is to let go once. */
  readonly release: () => Promise<void>;
}

export function holdPort(): Promise<HeldPort> {
  return new Promise((settle, reject) => {
    const server = createServer((socket) => socket.destroy()).once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (!address || typeof address !== 'object') return reject(new Error('no port'));
      settle({ port: address.port, release: () => new Promise((released) => server.close(() => released())) });
    });
  });
}

/** A port of 127.0.0.1 that was free a moment ago; bind it soon. */
export async function freePort(): Promise<number> {
  const { port, release } = await holdPort();
  await release();
  return port;
}
