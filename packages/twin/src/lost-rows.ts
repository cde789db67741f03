/**
 * Compares the books of a former primary with those of its successor: which rows were committed there and never
 * replicated? Reads only. A lost row that the journal brought back stands in the successor under a later epoch.
 */
import type { LostTail } from '@understudy/console/contract';
import type { ClientBase } from 'pg';
import pg from 'pg';
import { databaseName, superuser } from './postgres/index.ts';
import type { Address } from './postgres/index.ts';

export type { LostTail };

const PAGE = 1_000;

interface Row {
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly epoch: string;
}

export async function lostRows(former: ClientBase, successor: Address): Promise<LostTail> {
  const survivor = new pg.Client({ host: successor.host, port: successor.port, user: superuser, database: databaseName });
  await survivor.connect();
  try {
    let [lost, restored] = [0, 0];
    for (let after: Row | undefined; ; ) {
      const page = await readPage(former, after);
      if (page.length === 0) return { lost, restored };
      const epochs = await readEpochs(survivor, page);
      for (const row of page) {
        const epoch = epochs.get(`${row.merchant_id}#${row.transaction_id}`);
        if (epoch === row.epoch) continue;
        lost += 1;
        if (epoch !== undefined) restored += 1;
      }
      after = page.at(-1);
    }
  } finally {
    await survivor.end();
  }
}

async function readPage(former: ClientBase, after: Row | undefined): Promise<readonly Row[]> {
  const { rows } = await former.query<Row>(
    `SELECT merchant_id, transaction_id, epoch::text FROM understudy.payment
      WHERE (merchant_id, transaction_id) > ($1, $2) ORDER BY merchant_id, transaction_id LIMIT ${PAGE}`,
    [after?.merchant_id ?? '', after?.transaction_id ?? ''],
  );
  return rows;
}

async function readEpochs(survivor: ClientBase, page: readonly Row[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await survivor.query<Row>(
    `SELECT p.merchant_id, p.transaction_id, p.epoch::text
       FROM unnest($1::text[], $2::text[]) AS wanted (merchant_id, transaction_id)
       JOIN understudy.payment p USING (merchant_id, transaction_id)`,
    [page.map((row) => row.merchant_id), page.map((row) => row.transaction_id)],
  );
  return new Map(rows.map((row) => [`${row.merchant_id}#${row.transaction_id}`, row.epoch]));
}
