/**
 * What the active region's bucket holds: a receipt for each entry of the surviving books, and settlement files in which
 * each entry stands once and which add up. The judge reads the buckets' own folders, with every version ever put.
 */
import { join } from 'node:path';
import { entryId, parseSettlementFile, regions, settlementFileOf } from '@understudy/core';
import type { EntryKey, Region } from '@understudy/core';
import type { RunningTwin } from '../running-twin.ts';
import { Bucket } from '../../stand-ins/s3/index.ts';
import { sentences } from './promise.ts';
import type { Books, CheckedPromise } from './promise.ts';

/** The load pays with test keys. */
const FILES = 'test-settlements/';
const RECEIPTS = 'receipts/';
const KEYS_MAX = 1_000_000;

export interface Published {
  /** Entry ids of the receipts. */
  readonly receipts: readonly string[];
  readonly files: readonly { readonly key: string; readonly text: string }[];
  /** Keys that have had two texts, in either bucket or between them. */
  readonly rewritten: readonly string[];
}

export function publishedIn(twin: Pick<RunningTwin, 'dataDir'>, region: Region): Published {
  const buckets = regions.map((each) => ({ each, bucket: new Bucket(join(twin.dataDir, 'buckets', each)) }));
  const own = buckets.find(({ each }) => each === region)?.bucket;
  const keys = (prefix: string) => own?.keys({ prefix, after: '', limit: KEYS_MAX }) ?? [];
  const texts = Map.groupBy(buckets.flatMap(({ bucket }) => bucket.versions()), (version) => version.key);
  return {
    receipts: keys(RECEIPTS).map(({ key }) => key.split('/').slice(2).join('/').replace(/\.json$/, '')),
    files: keys(FILES).map((version) => ({ key: version.key, text: own?.read(version).toString('utf8') ?? '' })),
    rewritten: [...texts].filter(([, versions]) => new Set(versions.map(({ md5 }) => md5)).size > 1).map(([key]) => key),
  };
}

interface Entry {
  readonly id: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

export function entriesOf({ rows, refunds }: Pick<Books, 'rows' | 'refunds'>): readonly Entry[] {
  const idOf = (merchant: string, transaction: string, refundId?: string) => entryId({ merchantId: merchant, transactionId: transaction, ...(refundId !== undefined && { refundId }) } as EntryKey);
  return [
    ...rows.filter((row) => row.status === 'processed').map((row) => ({ id: idOf(row.merchant_id, row.transaction_id), amountMinor: BigInt(row.amount_minor), currency: row.currency })),
    ...refunds.filter((row) => row.status === 'processed').map((row) => ({ id: idOf(row.merchant_id, row.transaction_id, row.refund_id), amountMinor: -BigInt(row.amount_minor), currency: row.currency })),
  ];
}

export function checkPublishing(books: Pick<Books, 'rows' | 'refunds'>, { receipts, files, rewritten }: Published): CheckedPromise {
  const entries = new Map(entriesOf(books).map((entry) => [entry.id, entry]));
  const written = new Set(receipts);
  const seen = new Map<string, number>();
  const broken: string[] = [];
  for (const { key, text } of files) {
    const currency = settlementFileOf(key)?.currency ?? '';
    const parsed = parseSettlementFile(text, currency);
    if (!parsed) broken.push(`${key} cannot be read, or does not add up`);
    for (const line of parsed?.lines ?? []) {
      seen.set(line.entryId, (seen.get(line.entryId) ?? 0) + 1);
      const entry = entries.get(line.entryId);
      if (!entry || entry.amountMinor !== line.amountMinor || entry.currency !== currency) broken.push(`${line.entryId} stands in ${key} as ${line.amountMinor} ${currency}, and in the books as ${entry ? `${entry.amountMinor} ${entry.currency}` : 'nothing'}`);
    }
  }
  broken.push(
    ...[...entries.keys()].filter((id) => !written.has(id)).map((id) => `${id} stands in the books and has no receipt`),
    ...receipts.filter((id) => !entries.has(id)).map((id) => `${id} has a receipt and does not stand in the books`),
    ...[...entries.keys()].filter((id) => seen.get(id) !== 1).map((id) => `${id} stands in settlement files ${seen.get(id) ?? 0} times`),
    ...rewritten.map((key) => `${key} was rewritten with another text`),
  );
  return {
    promise: 'An entry has one receipt and stands in one settlement file, which adds up; neither is ever rewritten',
    seen: `${entries.size} entries, ${receipts.length} receipts, ${files.length} settlement files`,
    broken: sentences(broken),
  };
}
