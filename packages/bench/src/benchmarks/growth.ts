// Whether a payment costs more when there are many already: accepting into tables, and posting into books, of more and
// more payments.
import { join } from 'node:path';
import { journalTable } from '@understudy/adapters/dynamodb';
import { fillTable, PostgresServer, startTable } from '@understudy/twin';
import type { Bench, Benchmark, Findings, Series } from '../benchmark.ts';
import { spreadOf } from '../measure/statistics.ts';
import { acceptEnvironment, ourBundles } from '../stage/bundles.ts';
import { startFunction } from '../stage/function-process.ts';
import { idOf } from '../stage/payments.ts';
import { deployedCache, idempotencyTable, openLedger, startJournal, startPair, startQueue } from '../stage/stand-ins.ts';
import type { LedgerStandIn } from '../stage/stand-ins.ts';
import { postOurs } from './post.ts';

const SIZES = { quick: [1000, 30_000], full: [1000, 100_000, 1_000_000] } as const;
/** The books alone: the journal's stand-in keeps a copy in memory. */
const LARGE = 10_000_000;
const CALLS = { quick: 300, full: 1000 } as const;
const POSTS = { quick: 2000, full: 5000 } as const;
const REPEATS = 3;

type Point = [size: number, value: number];

/** Payments that were purged: what stays of them for ever. */
function* tombstones(count: number): Generator<Record<string, object>> {
  for (let n = 0; n < count; n += 1) {
    const id = idOf('old', n);
    yield {
      pk: { S: `P#m1#${id}` }, v: { N: '1' }, merchant_id: { S: 'm1' }, transaction_id: { S: id }, fingerprint: { S: 'f'.repeat(64) }, posted_epoch: { N: '1' }, attempts: { N: '0' },
      accepted_at: { N: '1767600000000' }, accepted_region: { S: 'us-east-1' }, purged_at: { N: '1770000000000' }, live: { BOOL: true },
    };
  }
}

async function accepting(bench: Bench, size: number): Promise<number> {
  const ends: (() => Promise<unknown>)[] = [];
  const place = { folder: join(bench.folder, `accept-${size}`), after: (end: () => Promise<unknown>): void => void ends.push(end) };
  const calls = bench.quick ? CALLS.quick : CALLS.full;
  try {
    const dataDir = join(place.folder, 'table');
    const tables = [journalTable, idempotencyTable] as unknown as Readonly<Record<string, unknown>>[];
    await (await startTable({ dataDir, regions: ['us-east-1'], tables }, join(bench.folder, 'table.log'))).stop();
    await fillTable({ dataDir, tableName: journalTable.TableName }, tombstones(size));
    const journal = await startJournal(place, { regions: ['us-east-1'] });
    const environment = acceptEnvironment(journal.endpoint, await startQueue(place));
    const warm = await startFunction(place, { name: 'accept', bundle: (await ourBundles(bench)).accept, environment });
    await warm.call(CALLS.quick, 'warm');
    const times: number[] = [];
    for (let n = 0; n < REPEATS; n += 1) times.push((await warm.call(calls, `grown-${n}`)).wallMs / calls);
    return spreadOf(times).median;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** Of earlier days, as they come to stand: told, their receipts written, each in the settlement file of its day. */
const PAYMENTS_A_DAY = 50_000;
const ROWS_AT_ONCE = 250_000;

/** Made by the server itself; the rules of the books hold for these rows and are not checked one by one. */
const fillBooks = (from: number, to: number): string => `BEGIN;
SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE made ON COMMIT DROP AS
  SELECT md5(n::text) || '-' || n AS id, n, 1 + n % 1500000 AS minor, date '2026-01-04' - (n / ${PAYMENTS_A_DAY})::integer AS day FROM generate_series(${from}::bigint, ${to}::bigint) AS n;
CREATE TEMP TABLE paid (number bigint, id text, minor bigint, day date) ON COMMIT DROP;
WITH inserted AS (
  INSERT INTO understudy.payment (merchant_id, transaction_id, customer_id, amount_minor, currency, status, acquirer_reference, epoch, decided_at, business_date)
  SELECT 'm1', id, 'customer-' || n % 997, minor, 'USD', 'processed', 'ref-' || n, 1, day, day FROM made
  RETURNING payment_no, transaction_id, amount_minor, business_date)
INSERT INTO paid SELECT * FROM inserted;
INSERT INTO understudy.posting (payment_no, merchant_id, transaction_id, account, amount_minor, currency)
  SELECT number, 'm1', id, account, side * minor, 'USD' FROM paid, (VALUES ('acquirer:receivable', 1), ('merchant:m1:payable', -1)) AS line (account, side);
INSERT INTO understudy.outbox (payment_no, merchant_id, transaction_id, event, payload, addressed_at) SELECT number, 'm1', id, 'payment.processed', '{}', now() FROM paid;
INSERT INTO understudy.settlement_file (live, business_date, currency, n, entry_count, total_minor, epoch, assigned_at, published_epoch)
  SELECT true, day, 'USD', ${from}, count(*), sum(minor), 1, day, 1 FROM paid GROUP BY day;
INSERT INTO understudy.entry (payment_no, merchant_id, transaction_id, live, business_date, currency, receipt_due, file_id)
  SELECT number, 'm1', paid.id, true, day, 'USD', false, file.id FROM paid JOIN understudy.settlement_file AS file ON (file.business_date, file.n) = (day, ${from});
COMMIT`;

/** Milliseconds a payment, after a checkpoint: that the first change of a page writes all of it to the log is a part of it. */
async function postingMs(bench: Bench, ledger: LedgerStandIn, prefix: string): Promise<number> {
  const posts = bench.quick ? POSTS.quick : POSTS.full;
  await ledger.raw.query('VACUUM ANALYZE');
  await ledger.raw.query('CHECKPOINT');
  const times: number[] = [];
  for (let n = 0; n < REPEATS; n += 1) times.push(1000 / (await postOurs(ledger, posts, `${prefix}-${n}`)));
  return spreadOf(times).median;
}

interface Posted {
  readonly points: readonly Point[];
  /** Beside the most payments, by a server with the twin's small cache. */
  readonly smallCacheMs: number;
}

async function posting(bench: Bench, sizes: readonly number[]): Promise<Posted> {
  const { primary } = await startPair(bench, deployedCache);
  const ledger = openLedger(bench, primary);
  const points: Point[] = [];
  await postOurs(ledger, POSTS.quick, 'warm');
  let filled = 0;
  for (const size of sizes) {
    for (; filled < size; filled = Math.min(size, filled + ROWS_AT_ONCE)) {
      bench.say(`filling the books: ${filled} of ${size}`);
      await ledger.raw.query(fillBooks(filled + 1, Math.min(size, filled + ROWS_AT_ONCE)));
    }
    points.push([size, await postingMs(bench, ledger, `grown-${size}`)]);
    bench.say(`posting beside ${size}: ${points.at(-1)?.[1].toFixed(3)} ms a payment`);
  }
  await primary.stop();
  const { name, dataDir, logFile, port } = primary;
  const small = new PostgresServer({ name, dataDir, logFile, port });
  bench.after(() => small.kill());
  await small.start({ role: 'primary' });
  return { points, smallCacheMs: await postingMs(bench, ledger, 'small') };
}

const last = (points: readonly Point[]): number => (points.at(-1)?.[1] ?? Number.NaN) / (points[0]?.[1] ?? Number.NaN);

export const benchmark: Benchmark = {
  name: 'growth',
  about: 'what a payment costs beside a thousand others, and beside a million',
  async run(bench: Bench): Promise<Partial<Findings>> {
    const sizes = SIZES[bench.quick ? 'quick' : 'full'];
    const accepted: Point[] = [];
    for (const size of sizes) {
      bench.say(`accepting beside ${size}`);
      accepted.push([size, await accepting(bench, size)]);
    }
    const { points: posted, smallCacheMs } = await posting(bench, [...sizes, ...(bench.large ? [LARGE] : [])]);
    const most = posted.at(-1)?.[0] ?? 0;
    const series: Series[] = [
      { what: 'accepting, by the payments in the table', size: 'payments in the table', unit: 'ms a payment', lines: [{ name: 'accept', points: accepted }] },
      { what: 'posting, by the payments in the books', size: 'payments in the books', unit: 'ms a payment', lines: [{ name: 'the ledger step', points: posted }] },
    ];
    return {
      series,
      figures: [{ what: `posting beside ${most}, with the twin's cache of 48 MB`, value: smallCacheMs, unit: 'ms a payment' }],
      goals: [
        { what: `accepting beside ${sizes.at(-1)}, to beside ${sizes[0]}`, figure: last(accepted), unit: 'x', bound: 'at most', limit: 1.25 },
        { what: `posting beside ${most}, to beside ${sizes[0]}`, figure: last(posted), unit: 'x', bound: 'at most', limit: 1.25 },
      ],
      notes: [
        'The ledger has the cache of the smallest deployment, 1 GB. Each payment touches seven index pages, four of them anywhere in indexes that a million payments fill to 500 MB: a server whose cache they have outgrown reads and evicts them, as the figure of the small cache shows.',
        'Accepting is measured as a whole call against the journal\'s stand-in, whose storage grows unlike DynamoDB\'s, so its growth is an upper bound of ours. --large adds ten million payments in the books.',
      ],
    };
  },
};
