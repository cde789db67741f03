// What a move asks of the servers of both regions over SQL. Raising the fence takes the lock alone, so that its answer
// means: no posting of an older epoch is in flight, and none can start. It promotes nothing.
import { assert, epochOf } from '@understudy/core';
import type { Epoch, LedgerControl, LedgerStatus, Region } from '@understudy/core';
import type { Connection } from './connection.ts';
import { withConnection } from './connection.ts';
import { FENCE_LOCK, fenceOf, READ_FENCE } from './fence.ts';
import type { FenceRow } from './fence.ts';
import { defaultLimits } from './ledger-pool.ts';
import type { LedgerPool } from './ledger-pool.ts';
import { databaseErrorOf } from './sql-fault.ts';

/** Longer than an abandoned posting may idle: the barrier outwaits it instead of failing. */
const BARRIER_WAIT_MS = defaultLimits.idleInTransactionMs + 1000;

/** The server gives up on a lock before the client gives up on the server, so that the reason is known. */
const SERVER_HEAD_START_MS = 1000;

const READ_ONLY_TRANSACTION = '25006';

const STATUS: string = `
SELECT epoch, pg_is_in_recovery() AS in_recovery, current_setting('server_version') AS version,
  to_regprocedure('aurora_global_db_status()') IS NOT NULL AS is_aurora
FROM understudy.fence WHERE id = 1`;

/** An idle primary commits nothing: a standby that has replayed all it received over a live stream is not behind. */
const LAG: string = `
SELECT CASE
  WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') THEN 0
  ELSE greatest(0, round(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000))
END::float8 AS lag_ms`;

/** Aurora's replicas read shared storage and have no such stream; the volume itself tells how far behind it is. */
const AURORA_LAG: string = 'SELECT rpo_lag_in_msec::float8 AS lag_ms FROM aurora_global_db_status() WHERE aws_region = $1';

interface StatusRow extends FenceRow {
  readonly version: string;
  readonly is_aurora: boolean;
}

interface LagRow {
  readonly lag_ms: number | null;
}

type RaiseResult = Awaited<ReturnType<LedgerControl['raiseFence']>>;

export class PostgresLedgerControl implements LedgerControl {
  readonly #pools: Readonly<Record<Region, LedgerPool>>;
  readonly #barrierWaitMs: number;

  constructor(pools: Readonly<Record<Region, LedgerPool>>, options: { readonly barrierWaitMs?: number } = {}) {
    this.#pools = pools;
    this.#barrierWaitMs = options.barrierWaitMs ?? BARRIER_WAIT_MS;
  }

  status(region: Region): Promise<LedgerStatus> {
    return withConnection(this.#pools[region], async (connection) => {
      const [row] = await connection.query<StatusRow>(STATUS);
      assert(row !== undefined, 'a migrated ledger has its fence row');
      const lagMs = row.in_recovery ? await lagOf(connection, row.is_aurora ? region : undefined) : undefined;
      return {
        role: row.in_recovery ? 'standby' : 'primary',
        fence: epochOf(Number(row.epoch)),
        // Distributions add their own name after the version.
        engineVersion: row.version.split(' ')[0] ?? row.version,
        ...(lagMs !== undefined && { lagMs }),
      };
    });
  }

  raiseFence(region: Region, range: { readonly from: Epoch; readonly to: Epoch }): Promise<RaiseResult> {
    assert(range.from <= range.to, 'a fence is never lowered');
    return withConnection(this.#pools[region], async (connection) => {
      const { fence, inRecovery } = fenceOf(await this.#lockAlone(connection));
      const result = inRecovery || fence < range.from || fence > range.to
        ? ({ code: 'refused', fence } satisfies RaiseResult)
        : await raise(connection, fence, range.to);
      if (result.code !== 'raised') await connection.query('ROLLBACK');
      return result;
    }, { answerMs: this.#barrierWaitMs + SERVER_HEAD_START_MS });
  }

  #lockAlone(connection: Connection): Promise<readonly FenceRow[]> {
    const wait = this.#barrierWaitMs;
    return connection.script<FenceRow>(
      'BEGIN ISOLATION LEVEL READ COMMITTED',
      `SET LOCAL lock_timeout = ${wait}`,
      'SET LOCAL statement_timeout = 0',
      `SELECT pg_advisory_xact_lock(${FENCE_LOCK})`,
      READ_FENCE,
    );
  }
}

/** Of the cluster in `auroraRegion`, where the server is Aurora's. Undefined where the server does not say. */
async function lagOf(connection: Connection, auroraRegion: Region | undefined): Promise<number | undefined> {
  try {
    const [row] = await (auroraRegion === undefined ? connection.query<LagRow>(LAG) : connection.query<LagRow>(AURORA_LAG, [auroraRegion]));
    return row?.lag_ms ?? undefined;
  } catch (error) {
    if (databaseErrorOf(error)) return undefined;
    throw error;
  }
}

/** Under the lock alone. Nothing to write when it stands there already; holding the lock was the barrier. */
async function raise(connection: Connection, fence: Epoch, to: Epoch): Promise<RaiseResult> {
  try {
    if (fence < to) await connection.query('UPDATE understudy.fence SET epoch = $1 WHERE id = 1', [to]);
    await connection.commit();
    return { code: 'raised' };
  } catch (error) {
    if (databaseErrorOf(error)?.code === READ_ONLY_TRANSACTION) return { code: 'refused', fence };
    throw error;
  }
}
