// Raw promotion: two PostgreSQL servers and nothing else, writes running, SIGKILL of the primary, pg_promote() of the
// standby, the first write that commits. What any failover of such a pair needs at least.
import { followsFresh, promote, seedStandby } from '@understudy/twin';
import type { PostgresServer } from '@understudy/twin';
import type { Bench } from '../benchmark.ts';
import { startPair } from './stand-ins.ts';

const WRITERS = 4;

export class RawPair {
  #primary: PostgresServer;
  #standby: PostgresServer;

  private constructor(primary: PostgresServer, standby: PostgresServer) {
    this.#primary = primary;
    this.#standby = standby;
  }

  static async start(place: Pick<Bench, 'folder' | 'after'>): Promise<RawPair> {
    const { primary, standby } = await startPair(place);
    const client = await primary.connect();
    await client.query('CREATE TABLE writes (id bigserial PRIMARY KEY, text text NOT NULL)');
    await client.end();
    return new RawPair(primary, standby);
  }

  /** From the SIGKILL to the first committed write on the other server. Afterwards there is a standby again. */
  async promotedMs(): Promise<number> {
    const [lost, next] = [this.#primary, this.#standby];
    const writing = Array.from({ length: WRITERS }, () => writeUntilLost(lost));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const lostAt = performance.now();
    await Promise.all([lost.kill(), promote(next)]);
    const ms = performance.now() - lostAt;
    await Promise.all(writing);
    await seedStandby({ source: next.address, sourceDataDir: next.dataDir, target: lost });
    await lost.start({ role: 'standby', upstream: next.address });
    [this.#primary, this.#standby] = [next, lost];
    if (!(await followsFresh({ primary: next, standby: lost }))) throw new Error('the standby does not follow');
    return ms;
  }
}

async function writeUntilLost(server: PostgresServer): Promise<void> {
  const client = await server.connect();
  try {
    for (;;) await client.query("INSERT INTO writes (text) VALUES ('a payment')");
  } catch {
    // It was lost, as it should be.
  } finally {
    await client.end().catch(() => undefined);
  }
}
