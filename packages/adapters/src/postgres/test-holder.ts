// A second party in a test: a transaction held open on a connection of its own, and a look at who waits for locks.
import pg from 'pg';
import { until } from './test-server.ts';
import type { TestDatabase } from './test-server.ts';

export interface Holder {
  run(text: string): Promise<void>;
  /** Commits and closes. */
  finish(): Promise<void>;
}

/** Runs `statements` in a transaction that stays open until `finish`. */
export async function holding(database: TestDatabase, ...statements: readonly string[]): Promise<Holder> {
  const { host, port, user } = database.connection;
  const client = new pg.Client({ host, port, user, database: database.name });
  await client.connect();
  await client.query(['BEGIN', ...statements].join('; '));
  return {
    run: async (text) => {
      await client.query(text);
    },
    finish: async () => {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

/** Resolves once someone waits for an advisory lock, a table, or the end of another transaction (`transactionid`). */
export const waiterFor = (database: TestDatabase, kind: 'advisory' | 'relation' | 'transactionid'): Promise<void> =>
  until(`someone waits for ${kind}`, async () => {
    const rows = await database.sql("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1", [kind]);
    return rows.length > 0;
  });
