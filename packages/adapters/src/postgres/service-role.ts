// The one database role under which the service works: it signs in with a token of IAM instead of a password, and may
// read and write the books without owning them, so it can neither change their guards nor empty them.
// Invariant: repeating it changes nothing. It must be granted again after each migration that brings a table.
import { assert } from '@understudy/core';
import { withConnection } from './connection.ts';
import { createLedgerPool } from './ledger-pool.ts';
import type { LedgerConnection } from './ledger-pool.ts';
import { MIGRATION_LOCK } from './migrate.ts';

/** What stands in the statements below as it is: roles and databases cannot be parameters of a statement. */
const IDENTIFIER = /^[a-z][a-z0-9_]{0,62}$/;

const statements = (role: string): readonly string[] => [
  `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`,
  `DO $$ BEGIN CREATE ROLE ${role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  // `rds_iam` is the database service's own role: whoever has it may only sign in with a token.
  `GRANT rds_iam TO ${role}`,
  `GRANT USAGE ON SCHEMA understudy TO ${role}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA understudy TO ${role}`,
  `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA understudy TO ${role}`,
  `REVOKE INSERT, UPDATE, DELETE ON understudy.migration FROM ${role}`,
];

/** As the owner, on the primary. Throws PortFault of port `ledger`. */
export async function grantService(owner: LedgerConnection, role: string): Promise<void> {
  assert(IDENTIFIER.test(role), 'a role is a plain lower-case name');
  const pool = createLedgerPool({ ...owner, maxConnections: 1 });
  try {
    await withConnection(pool, async (connection) => {
      await connection.script('BEGIN', ...statements(role));
      await connection.commit();
    });
  } finally {
    await pool.end();
  }
}
