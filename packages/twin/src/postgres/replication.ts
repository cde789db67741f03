/**
 * Who follows whom: promotion, the honest check that a standby follows, and the planned switchover.
 * Invariant: a switchover never leaves two folders that would both start as primary, and promotes only a standby that
 * has replayed the very last record of the other. It decides nothing by itself: the epoch record does.
 */
import type pg from 'pg';
import { findBinaries } from './binaries.ts';
import { isInRecovery, one, poll, withConnection, type Address } from './connection.ts';
import { markStandby, parseLsn, readControlFile, roleOnDisk } from './data-folder.ts';
import type { PostgresServer } from './server.ts';

const promoteLimit = { limitMs: 30_000, everyMs: 2 } as const;
/** A standby that streamed a moment ago needs milliseconds; meanwhile nobody can write. */
const drainLimit = { limitMs: 3_000, everyMs: 10 } as const;
const freshEveryMs = 10;
const freshLimitMs = 5_000;
const freshWriteLimitMs = 1_000;

/** A write that needs no table and is flushed at commit like any other. */
const write = "SELECT pg_logical_emit_message(true, 'understudy', 'fresh')";
const notInThisState = '55000';

/** Resolves when the server accepts a write; asking again, or asking a primary, is harmless. */
export async function promote(server: PostgresServer): Promise<void> {
  const written = await withConnection(server.address, async (client) => {
    // Not waiting here: pg_promote itself looks only every 100 ms.
    if (await isInRecovery(client)) await client.query('SELECT pg_promote(false)').catch(unlessPromotedMeanwhile);
    return poll(() => tryToWrite(client), promoteLimit);
  });
  if (!written) throw new Error(`${server.name} accepts no write ${promoteLimit.limitMs} ms after its promotion`);
}

/** Two may promote at once: the second finds recovery over. */
function unlessPromotedMeanwhile(error: { code?: string }): void {
  if (error.code !== notInThisState) throw error;
}

async function tryToWrite(client: pg.Client): Promise<true | undefined> {
  if (await isInRecovery(client)) return undefined;
  await client.query(write);
  return true;
}

/**
 * What the primary believes. A killed primary that rejoins with rows of its own looks like this for a moment, and
 * never follows: use `followsFresh` to know.
 */
export function isStreaming(primary: PostgresServer, standby: PostgresServer): Promise<boolean> {
  return withConnection(primary.address, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'", [standby.name]);
    return rowCount === 1;
  }).catch(() => false);
}

export interface Pair {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  readonly limitMs?: number;
}

/** True when a write made just now on the primary is replayed by the standby, on the same timeline of the same system. */
export async function followsFresh(pair: Pair): Promise<boolean> {
  return (await whyNotFresh(pair)) === undefined;
}

/** The sentence that says why a standby does not follow; `undefined` when it does. */
export async function whyNotFresh({ primary, standby, limitMs = freshLimitMs }: Pair): Promise<string | undefined> {
  let reason = '';
  const follows = await poll(async () => {
    try {
      reason = (await compare(primary, standby)) ?? '';
    } catch (error) {
      reason = `cannot tell: ${String(error)}`;
    }
    return reason === '' ? true : undefined;
  }, { limitMs, everyMs: freshEveryMs });
  return follows ? undefined : reason;
}

async function compare(primary: PostgresServer, standby: PostgresServer): Promise<string | undefined> {
  const fresh = await withConnection(primary.address, writeFresh);
  const seen = await withConnection(standby.address, standbyState);
  if (!seen.recovery) return `${standby.name} is not in recovery`;
  if (seen.system !== fresh.system) return `${standby.name} is of another system: ${seen.system}, not ${fresh.system}`;
  if (seen.status !== 'streaming') return `${standby.name} does not stream`;
  // The position alone deceives: a former primary with lost rows is ahead of the new one, on the old timeline.
  if (seen.timeline !== fresh.timeline) return `${standby.name} is on timeline ${seen.timeline}, ${primary.name} on ${fresh.timeline}`;
  const replayed = await poll(
    () => withConnection(standby.address, async (client) => ((await replayLsn(client)) >= fresh.lsn ? true : undefined)),
    { limitMs: freshWriteLimitMs, everyMs: freshEveryMs },
  );
  return replayed ? undefined : `${standby.name} has not replayed a write of ${freshWriteLimitMs} ms ago`;
}

async function writeFresh(client: pg.Client): Promise<{ lsn: bigint; timeline: number; system: string }> {
  await client.query(write);
  const row = await one<{ lsn: string; file: string; system: string }>(
    client,
    `SELECT lsn::text, pg_walfile_name(lsn) AS file, system_identifier::text AS system
       FROM pg_control_system(), pg_current_wal_lsn() AS lsn`,
  );
  return { lsn: parseLsn(row.lsn), timeline: Number.parseInt(row.file.slice(0, 8), 16), system: row.system };
}

interface StandbyState extends pg.QueryResultRow {
  readonly recovery: boolean;
  readonly system: string;
  readonly status: string | null;
  readonly timeline: number | null;
}

const standbyState = (client: pg.Client): Promise<StandbyState> =>
  one<StandbyState>(
    client,
    `SELECT pg_is_in_recovery() AS recovery, system_identifier::text AS system, status, received_tli AS timeline
       FROM pg_control_system() LEFT JOIN pg_stat_wal_receiver ON true`,
  );

const replayLsn = async (client: pg.Client): Promise<bigint> =>
  parseLsn((await one<{ lsn: string | null }>(client, 'SELECT pg_last_wal_replay_lsn()::text AS lsn')).lsn ?? '0/0');

export interface Switchover {
  readonly from: PostgresServer;
  readonly to: PostgresServer;
  /** The address at which the other one reaches this server. */
  readonly upstreamFor: (server: PostgresServer) => Address;
}

/**
 * The planned exchange of roles. Rejects with nothing changed as long as `to` has not the whole log of `from`.
 * Dying in between is read off the folders: see `roleOnDisk`.
 */
export async function switchover({ from, to, upstreamFor }: Switchover): Promise<void> {
  const obstacle = await whyNotFresh({ primary: from, standby: to });
  if (obstacle !== undefined) throw new Error(`no switchover: ${obstacle}`);
  const undrained = await stopAndDrain(from, to).catch(String);
  if (undrained !== undefined) {
    await from.start({ role: 'primary' });
    throw new Error(`no switchover, ${from.name} is primary again: ${undrained}`);
  }
  // Before the promotion: whoever finds the folders from now on cannot start two primaries.
  await markStandby(from.dataDir, (await findBinaries()).account);
  await promote(to);
  await from.start({ role: 'standby', upstream: upstreamFor(to) });
  const astray = await whyNotFresh({ primary: to, standby: from });
  if (astray !== undefined) throw new Error(`${to.name} is primary, but ${from.name} does not follow it: ${astray}`);
}

/** The shutdown checkpoint is the last record of a cleanly stopped primary; replaying beyond its start means having it all. */
async function stopAndDrain(from: PostgresServer, to: PostgresServer): Promise<string | undefined> {
  if ((await from.stop()) !== 'clean') return `${from.name} did not stop cleanly`;
  const last = await readControlFile(from.dataDir);
  if (!last.shutDownCleanly || roleOnDisk(from.dataDir) !== 'primary') return `${from.name} was not shut down cleanly as a primary`;
  const drained = await poll(
    () => withConnection(to.address, async (client) => ((await replayLsn(client)) > last.checkpointLsn ? true : undefined)),
    drainLimit,
  );
  return drained ? undefined : `${to.name} has not replayed the last record of ${from.name}`;
}
