/** One promise of the service, and what the records say of it after a drill. */
import type { RecordEntry } from '../../acquirer-sandbox/record.ts';
import type { LedgerRefundBody, LedgerRowBody } from '../running-twin.ts';

export interface CheckedPromise {
  readonly promise: string;
  /** What was compared, in figures: a promise about nothing proves nothing. */
  readonly seen: string;
  /** One sentence each; empty when it was kept. */
  readonly broken: readonly string[];
}

/** The surviving books, and the acquirer's own record of charges. */
export interface Books {
  readonly rows: readonly LedgerRowBody[];
  readonly refunds: readonly LedgerRefundBody[];
  readonly charges: readonly RecordEntry[];
}

/** More of one kind have one cause: the first say it. */
const SENTENCES_MAX = 20;

/** The first sentences, and how many more there are. */
export function sentences(all: readonly string[]): readonly string[] {
  return all.length <= SENTENCES_MAX ? all : [...all.slice(0, SENTENCES_MAX), `and ${all.length - SENTENCES_MAX} more like these`];
}
