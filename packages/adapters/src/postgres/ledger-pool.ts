// Connections to one region's ledger. Every wait has a bound, so that a dead server fails fast and a silent one fails
// soon. A fault of an idle connection never reaches the process. Opens nothing until first used.
import pg from 'pg';
import type { ConnectionOptions } from 'node:tls';
import { socketOfEither } from './socket-of-either.ts';

export interface LedgerConnection {
  /** A host name, or the folder of a Unix socket. */
  readonly host: string;
  /** Where the server is found while `host` has no address: a standby's cluster has a reader, and no writer. */
  readonly readerHost?: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** A function is asked for each new connection, for passwords that rotate and for tokens. */
  readonly password?: string | (() => Promise<string>);
  readonly ssl?: ConnectionOptions;
  readonly maxConnections?: number;
  readonly limits?: Partial<LedgerLimits>;
}

/** The longest of everything that could wait. */
export interface LedgerLimits {
  /** For a new connection, or for a free one of the pool. */
  readonly connectMs: number;
  /** For one statement, as the server counts it. */
  readonly statementMs: number;
  /** For a lock, as the server counts it. */
  readonly lockMs: number;
  /** For any answer, as the client counts it: the only bound when the network swallows everything. */
  readonly answerMs: number;
  /** For a connection, however busy. A writer that became a reader within its region may keep its connections, and they would stay with it. */
  readonly connectionLifeMs: number;
  /** For an open transaction whose client says nothing: it would hold up the drain barrier. */
  readonly idleInTransactionMs: number;
}

/** `answerMs` is above `statementMs`, so that a live server names its reason before the client gives up on it. */
export const defaultLimits: LedgerLimits = {
  connectMs: 1500,
  statementMs: 3000,
  lockMs: 2000,
  answerMs: 4000,
  connectionLifeMs: 60_000,
  idleInTransactionMs: 5000,
};

/** A region's functions run many at once: a few connections each keep the server far from its limit. */
const CONNECTIONS_MAX = 4;
const IDLE_CONNECTION_MS = 30_000;

export type LedgerPool = pg.Pool;

export function createLedgerPool(connection: LedgerConnection): LedgerPool {
  const limits = { ...defaultLimits, ...connection.limits };
  const pool = new pg.Pool({
    host: connection.host,
    ...(connection.readerHost !== undefined && { stream: socketOfEither(connection.readerHost) }),
    port: connection.port,
    user: connection.user,
    database: connection.database,
    ...(connection.password !== undefined && { password: connection.password }),
    ...(connection.ssl && { ssl: connection.ssl }),
    max: connection.maxConnections ?? CONNECTIONS_MAX,
    application_name: 'understudy',
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    maxLifetimeSeconds: limits.connectionLifeMs / 1000,
    keepAlive: true,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    query_timeout: limits.answerMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
  });
  // Without a listener Node ends the process. An idle connection that breaks is already dropped by the pool; one in
  // use reports the same fault to the query that waits on it.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
