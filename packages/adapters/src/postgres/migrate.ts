// Brings a ledger's schema up to date. Each step commits together with its note in understudy.migration, under one
// advisory lock, so that a crash leaves whole steps and two runs at once do each step once. A standby is left alone:
// it receives its primary's schema.
import { createHash } from 'node:crypto';
import { PortFault } from '@understudy/core';
import type { Connection } from './connection.ts';
import { withConnection } from './connection.ts';
import { createLedgerPool } from './ledger-pool.ts';
import type { LedgerConnection } from './ledger-pool.ts';
import { migrations as allMigrations } from './migrations/index.ts';
import type { Migration } from './migrations/index.ts';

export type MigrateResult = { readonly code: 'migrated'; readonly applied: readonly string[] } | { readonly code: 'standby' };

/** Held by whatever changes the schema or who may use it. */
export const MIGRATION_LOCK = 4_820_171_002;
/** The wait for another run, and the time one step may take. */
const MIGRATION_LIMIT_MS = 60_000;
const limits = { statementMs: MIGRATION_LIMIT_MS, lockMs: MIGRATION_LIMIT_MS, answerMs: MIGRATION_LIMIT_MS + 5000, idleInTransactionMs: MIGRATION_LIMIT_MS };

const NOTES = `
CREATE SCHEMA IF NOT EXISTS understudy;
CREATE TABLE IF NOT EXISTS understudy.migration (
  id integer PRIMARY KEY,
  name text NOT NULL,
  checksum char(64) NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)`;

export const nameOf = (migration: Migration): string => `${String(migration.id).padStart(4, '0')}-${migration.name}`;
export const checksumOf = (migration: Migration): string => createHash('sha256').update(migration.sql).digest('hex');

/** Throws PortFault of port `ledger`; not retryable when a step that was applied once reads differently now. */
export async function migrate(connection: LedgerConnection, migrations: readonly Migration[] = allMigrations): Promise<MigrateResult> {
  const pool = createLedgerPool({ ...connection, maxConnections: 1, limits: { ...connection.limits, ...limits } });
  try {
    return await withConnection(pool, (open) => migrateOver(open, migrations));
  } finally {
    await pool.end();
  }
}

async function migrateOver(connection: Connection, migrations: readonly Migration[]): Promise<MigrateResult> {
  const [server] = await connection.query<{ in_recovery: boolean }>('SELECT pg_is_in_recovery() AS in_recovery');
  if (server?.in_recovery) return { code: 'standby' };
  const applied: string[] = [];
  for (const migration of migrations) {
    // CREATE IF NOT EXISTS is not safe between two transactions, so the notes too are made under the lock.
    await connection.script('BEGIN', `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`, NOTES);
    if (await apply(connection, migration)) applied.push(nameOf(migration));
    await connection.commit();
  }
  return { code: 'migrated', applied };
}

/** False when it had been applied before. */
async function apply(connection: Connection, migration: Migration): Promise<boolean> {
  const checksum = checksumOf(migration);
  const [note] = await connection.query<{ checksum: string }>('SELECT checksum FROM understudy.migration WHERE id = $1', [migration.id]);
  if (note && note.checksum !== checksum) {
    throw new PortFault({ port: 'ledger', retryable: false, message: `migration ${nameOf(migration)} was applied with other content (checksum mismatch)` });
  }
  if (note) return false;
  await connection.script(migration.sql);
  await connection.query('INSERT INTO understudy.migration (id, name, checksum) VALUES ($1, $2, $3)', [migration.id, migration.name, checksum]);
  return true;
}
