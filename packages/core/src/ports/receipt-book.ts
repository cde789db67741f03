import type { Entry } from '../domain/publishing/entry.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import type { BusinessDate } from '../domain/time.ts';

/** A business day whose receipts no pass of this epoch has compared with the bucket to its end. */
export interface DayToCheck {
  readonly businessDate: BusinessDate;
  /** The receipt name up to which it has been compared already. */
  readonly after?: string;
}

/**
 * Which receipts have been written, as the ledger remembers it: part of the ledger's own transactions and lost with its
 * tail. Each method answers `fenced`, and does nothing, unless this server is the primary of `epoch`.
 * Throws PortFault of port `ledger`.
 */
export interface ReceiptBook {
  /** Some of the entries whose receipt nobody has noted as written. */
  due(epoch: Epoch, limit: number): Promise<readonly Entry[] | 'fenced'>;
  /** Entry ids; noting again changes nothing. */
  written(epoch: Epoch, entryIds: readonly string[]): Promise<'noted' | 'fenced'>;
  /** The newest such day, or undefined when every day with entries has been compared under this epoch. */
  dayToCheck(epoch: Epoch): Promise<DayToCheck | 'fenced' | undefined>;
  /** Entries of the day in the order of their receipt names: the next `limit` after `day.after`. */
  entriesOfDay(epoch: Epoch, day: DayToCheck, limit: number): Promise<readonly Entry[] | 'fenced'>;
  /** Compared up to `after`, or to its end when that is absent. */
  checked(epoch: Epoch, day: DayToCheck): Promise<'noted' | 'fenced'>;
}
