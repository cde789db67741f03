// A settlement file: the entries of one currency that were closed together, as CSV (RFC 4180) with a control total. Its
// text is a pure function of its name and its entries, whatever order they come in. A file is never empty, and what was
// made with test keys never stands in one with money.
import { decimalsOf, parseAmount } from '../money/money.ts';
import { isBusinessDate } from '../time.ts';
import type { BusinessDate } from '../time.ts';
import { entryId, entryKind, formatSigned } from './entry.ts';
import type { Entry } from './entry.ts';

export interface SettlementFileName {
  /** Whether its entries moved money; those of test keys have files of their own. */
  readonly live: boolean;
  /** The day that was closed; entries of earlier days that came late are in it as well. */
  readonly businessDate: BusinessDate;
  readonly currency: string;
  /** From 1, within the day and currency. */
  readonly n: number;
}

const LIVE_PREFIX = 'settlements/';
const TEST_PREFIX = 'test-settlements/';
/** All settlement files stand under these. */
export const settlementPrefixes: readonly string[] = [LIVE_PREFIX, TEST_PREFIX];

export const settlementFileKey = ({ live, businessDate, currency, n }: SettlementFileName): string =>
  `${live ? LIVE_PREFIX : TEST_PREFIX}${businessDate}/${currency}/${n}.csv`;

const keyPattern = /^(test-)?settlements\/(\d{4}-\d{2}-\d{2})\/([A-Z]{3})\/([1-9]\d{0,8})\.csv$/;

/** The name that makes this key, or undefined when none does. */
export function settlementFileOf(key: string): SettlementFileName | undefined {
  const [, test, businessDate = '', currency = '', n = ''] = keyPattern.exec(key) ?? [];
  return isBusinessDate(businessDate) ? { live: test === undefined, businessDate, currency, n: Number(n) } : undefined;
}

/** A trailer has its count under `entry_id` and its total under `amount`. */
const COLUMNS = ['record', 'entry_id', 'merchant_id', 'kind', 'transaction_id', 'refund_id', 'business_date', 'amount', 'currency', 'acquirer_reference'] as const;
const LINE_END = '\r\n';

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const line = (fields: readonly string[]): string => fields.map(field).join(',') + LINE_END;
const byId = (a: Entry, b: Entry): number => (entryId(a) < entryId(b) ? -1 : 1);

export function settlementFileText(name: SettlementFileName, entries: readonly Entry[]): string {
  const { businessDate, currency } = name;
  const total = entries.reduce((sum, entry) => sum + entry.amountMinor, 0n);
  const lines = entries.toSorted(byId).map((entry) =>
    line([
      'entry', entryId(entry), entry.merchantId, entryKind(entry), entry.transactionId, entry.refundId ?? '', entry.businessDate,
      formatSigned(entry.amountMinor, currency), currency, entry.acquirerReference ?? '',
    ]),
  );
  return [line(COLUMNS), ...lines, line(['trailer', String(entries.length), '', '', '', '', businessDate, formatSigned(total, currency), currency, ''])].join('');
}

export interface ParsedSettlementFile {
  readonly lines: readonly { readonly entryId: string; readonly amountMinor: bigint }[];
  /** What the trailer says. */
  readonly count: number;
  readonly totalMinor: bigint;
}

/** Reads a file back. Undefined when it is no settlement file of this currency, or when its trailer is not of its lines. */
export function parseSettlementFile(text: string, currency: string): ParsedSettlementFile | undefined {
  const [head, ...records] = recordsOf(text) ?? [];
  const trailer = records.pop();
  if (head?.join() !== COLUMNS.join() || trailer?.[0] !== 'trailer' || decimalsOf(currency) === undefined) return undefined;
  const lines: { entryId: string; amountMinor: bigint }[] = [];
  for (const record of records) {
    const amountMinor = signedAmount(record[7] ?? '', currency);
    if (record.length !== COLUMNS.length || record[0] !== 'entry' || record[8] !== currency || amountMinor === undefined) return undefined;
    lines.push({ entryId: record[1] ?? '', amountMinor });
  }
  const count = Number(trailer[1]);
  const totalMinor = signedAmount(trailer[7] ?? '', currency);
  const adds = count === lines.length && new Set(lines.map((one) => one.entryId)).size === count && totalMinor === lines.reduce((sum, one) => sum + one.amountMinor, 0n);
  return adds && totalMinor !== undefined ? { lines, count, totalMinor } : undefined;
}

function signedAmount(text: string, currency: string): bigint | undefined {
  const money = parseAmount(text.replace(/^-/, ''), currency);
  if (typeof money === 'string') return undefined;
  return text.startsWith('-') ? 0n - money.minor : money.minor;
}

/** The fields of each line; undefined when the text does not end with a whole line. */
function recordsOf(text: string): readonly (readonly string[])[] | undefined {
  const records: string[][] = [];
  let record: string[] = [];
  // A field, quoted or not, and what ends it.
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) return undefined;
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return record.length === 0 ? records : undefined;
}
