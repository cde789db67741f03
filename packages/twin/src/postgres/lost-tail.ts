/**
 * Opens the folder of a former primary by itself, to count what its successor never received.
 * Invariant: nobody else can use it meanwhile, neither an application nor a standby, and nothing is changed by the reader.
 * Starting it recovers it, on its own timeline: afterwards the folder can only be seeded anew, not rejoin.
 */
import { join } from 'node:path';
import type pg from 'pg';
import { examiner } from './connection.ts';
import { canonical, roleOnDisk } from './data-folder.ts';
import { PostgresServer } from './server.ts';
import { examinerRulesFile } from './settings.ts';

/** `examine` gets a connection that may read everything; the server is stopped before this resolves or rejects. */
export async function withFormerPrimary<T>(dataDir: string, port: number, examine: (client: pg.Client) => Promise<T>): Promise<T> {
  const folder = canonical(dataDir);
  const server = new PostgresServer({
    name: 'former-primary',
    dataDir: folder,
    logFile: `${folder}.former-primary.log`,
    port,
    user: examiner,
    // After an attempt to rejoin, the successor's timeline lies in the folder; it is this folder's own that is read.
    settings: { hba_file: join(folder, examinerRulesFile), recovery_target_timeline: 'current' },
  });
  // A former primary that was already told to be a standby is read as one, without an upstream: its rows are all there.
  await server.start({ role: roleOnDisk(folder) === 'standby' ? 'standby' : 'primary' });
  try {
    const client = await server.connect();
    try {
      return await examine(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  } finally {
    await server.stop();
  }
}
