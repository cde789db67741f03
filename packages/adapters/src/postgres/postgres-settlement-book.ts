// The settlement book on PostgreSQL. Assigning is one transaction: the fence, then a lock that lets one assign at a time,
// then the file and its entries in one statement. What is read without an epoch is read on a primary or a standby alike.
import { settlementFileKey } from '@understudy/core';
import type { BusinessDate, ClosingDay, Entry, Epoch, FoundFile, SettlementBook, SettlementFile, SettlementFileName } from '@understudy/core';
import { withConnection } from './connection.ts';
import type { Connection } from './connection.ts';
import { ENTRY_COLUMNS, entryOf, JOIN_BOOKS, OF_ENTRY } from './entry-rows.ts';
import type { EntryRow } from './entry-rows.ts';
import { fenceOf, READ_FENCE } from './fence.ts';
import type { FenceRow } from './fence.ts';
import { readUnder, writeUnder } from './fenced.ts';
import type { LedgerPool } from './ledger-pool.ts';
import { ADOPTABLE, ASSIGN_FOUND, ASSIGN_NEXT, EARLIEST_OPEN, FILE_COLUMNS, fileOf, ROW_BY_ROW, UNPUBLISHED } from './settlement-sql.ts';
import type { FileRow, OpenRow } from './settlement-sql.ts';

/** Held by whoever assigns entries, until its transaction ends. */
const ASSIGN_LOCK = 4_820_171_003;

export class PostgresSettlementBook implements SettlementBook {
  readonly #pool: LedgerPool;

  constructor(pool: LedgerPool) {
    this.#pool = pool;
  }

  files(page: { readonly after?: number; readonly limit: number }): Promise<readonly SettlementFile[]> {
    return withConnection(this.#pool, async (connection) =>
      (await connection.query<FileRow>(`SELECT ${FILE_COLUMNS} FROM understudy.settlement_file WHERE id > $1 ORDER BY id LIMIT $2`, [page.after ?? 0, page.limit])).map(fileOf),
    );
  }

  entries(fileId: number): Promise<readonly Entry[]> {
    return withConnection(this.#pool, async (connection) =>
      (await connection.query<EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM understudy.entry ${JOIN_BOOKS} WHERE entry.file_id = $1 AND ${OF_ENTRY}`, [fileId])).map(entryOf),
    );
  }

  shows(epoch: Epoch, file: SettlementFile): Promise<'shows' | 'behind' | 'no_replica'> {
    return withConnection(this.#pool, async (connection) => {
      const { fence, inRecovery } = fenceOf(await connection.script<FenceRow>('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', READ_FENCE));
      const rows = await connection.query(
        'SELECT 1 FROM understudy.settlement_file WHERE business_date = $1 AND currency = $2 AND n = $3 AND epoch = $4 AND live = $5',
        [file.businessDate, file.currency, file.n, file.epoch, file.live],
      );
      await connection.commit();
      if (!inRecovery || fence !== epoch) return 'no_replica';
      return rows.length > 0 ? 'shows' : 'behind';
    });
  }

  nextToClose(epoch: Epoch, through: BusinessDate): Promise<BusinessDate | 'fenced' | undefined> {
    return readUnder(this.#pool, epoch, async (connection) => {
      const [last] = await connection.query<{ closed: BusinessDate | null }>('SELECT max(business_date)::text AS closed FROM understudy.settlement_day');
      const closed = last?.closed ?? undefined;
      if (closed !== undefined && closed >= through) return undefined;
      const open = (await connection.query<OpenRow>(EARLIEST_OPEN, [closed ?? '-infinity'])).flatMap((row) => (row.business_date !== null && row.business_date <= through ? [row.business_date] : []));
      return open.toSorted()[0] ?? through;
    });
  }

  assign(epoch: Epoch, { date, closes, at }: ClosingDay): Promise<SettlementFile | 'nothing' | 'fenced'> {
    return this.#assigning(epoch, async (connection) => {
      const open = await connection.query<OpenRow>(EARLIEST_OPEN, ['-infinity']);
      const next = open.find((row) => row.business_date !== null && row.business_date <= date);
      if (next) {
        const [row] = await connection.query<FileRow>(ASSIGN_NEXT, [date, next.currency, null, epoch, at, next.live]);
        if (row) return fileOf(row);
      }
      if (closes) {
        await connection.query('INSERT INTO understudy.settlement_day (business_date, epoch, closed_at) VALUES ($1, $2, to_timestamp($3::float8 / 1000)) ON CONFLICT DO NOTHING', [date, epoch, at]);
      }
      return 'nothing' as const;
    });
  }

  unknown(epoch: Epoch, names: readonly SettlementFileName[]): Promise<readonly SettlementFileName[] | 'fenced'> {
    return readUnder(this.#pool, epoch, async (connection) => {
      const rows = await connection.query<{ live: boolean; business_date: BusinessDate; currency: string; n: number }>(
        `SELECT live, business_date::text AS business_date, currency, n FROM understudy.settlement_file
         JOIN unnest($1::boolean[], $2::date[], $3::text[], $4::integer[]) AS wanted (live, business_date, currency, n) USING (live, business_date, currency, n)`,
        [names.map((name) => name.live), names.map((name) => name.businessDate), names.map((name) => name.currency), names.map((name) => name.n)],
      );
      const known = new Set(rows.map((row) => settlementFileKey({ live: row.live, businessDate: row.business_date, currency: row.currency, n: row.n })));
      return names.filter((name) => !known.has(settlementFileKey(name)));
    });
  }

  adopt(epoch: Epoch, { name, entryIds, at }: FoundFile): Promise<'adopted' | 'missing' | 'taken' | 'fenced'> {
    return this.#assigning(epoch, async (connection) => {
      const [found] = await connection.query<{ known: boolean; present: string; free: string }>(
        ADOPTABLE, [name.businessDate, name.currency, name.n, entryIds, name.live]);
      if (found?.known !== false || found.free !== found.present) return 'taken' as const;
      if (Number(found.present) < entryIds.length) return 'missing' as const;
      await connection.query(ASSIGN_FOUND, [name.businessDate, name.currency, name.n, epoch, at, name.live, entryIds]);
      return 'adopted' as const;
    });
  }

  unpublished(epoch: Epoch, limit: number): Promise<readonly SettlementFile[] | 'fenced'> {
    return readUnder(this.#pool, epoch, async (connection) =>
      (await connection.query<FileRow>(UNPUBLISHED, [epoch, limit])).map(fileOf),
    );
  }

  published(epoch: Epoch, fileId: number, sha256: string): Promise<'noted' | 'fenced'> {
    return writeUnder(this.#pool, epoch, async (connection) => {
      await connection.query('UPDATE understudy.settlement_file SET published_epoch = $2, sha256 = $3 WHERE id = $1 AND published_epoch < $2', [fileId, epoch, sha256]);
      return 'noted' as const;
    });
  }

  /** What another has assigned meanwhile is seen by every statement after the lock. */
  #assigning<T>(epoch: Epoch, work: (connection: Connection) => Promise<T>): Promise<T | 'fenced'> {
    return writeUnder(this.#pool, epoch, async (connection) => {
      await connection.script(`SELECT pg_advisory_xact_lock(${ASSIGN_LOCK})`, ...ROW_BY_ROW);
      return work(connection);
    });
  }
}
