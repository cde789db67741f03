import type { Entry } from '../domain/publishing/entry.ts';
import type { SettlementFileName } from '../domain/publishing/settlement-file.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import type { BusinessDate, EpochMs } from '../domain/time.ts';

export interface SettlementFile extends SettlementFileName {
  /** Names it within this ledger only. */
  readonly id: number;
  readonly entryCount: number;
  readonly totalMinor: bigint;
  /** Under which its entries were assigned. */
  readonly epoch: Epoch;
  readonly assignedAt: EpochMs;
  /** The last epoch whose active region's bucket is known to hold it; 0 at first. */
  readonly publishedEpoch: Epoch;
  /** Of its text, once published. */
  readonly sha256?: string;
}

/** What anyone may read of the files, on a primary or a standby. Throws PortFault of port `ledger`. */
export interface SettlementFiles {
  /** In the order of their ids: the next `limit` after `after`. */
  files(page: { readonly after?: number; readonly limit: number }): Promise<readonly SettlementFile[]>;
  /** The file's entries, with the amounts of their postings. At most as many as a file may have. */
  entries(fileId: number): Promise<readonly Entry[]>;
  /**
   * What this server says of a file, as the standby of `epoch`: `shows` it, is `behind`, or is `no_replica` of this epoch.
   * What a replica shows, whoever is promoted from this epoch on holds.
   */
  shows(epoch: Epoch, file: SettlementFile): Promise<'shows' | 'behind' | 'no_replica'>;
}

export interface ClosingDay {
  readonly date: BusinessDate;
  /** True: once nothing is left to assign, the day is closed for good. */
  readonly closes: boolean;
  readonly at: EpochMs;
}

export interface FoundFile {
  readonly name: SettlementFileName;
  readonly entryIds: readonly string[];
  readonly at: EpochMs;
}

/**
 * Which entry stands in which settlement file. An entry is assigned once, for ever, in one transaction under the fence.
 * The writing methods, and `nextToClose`, `unknown` and `unpublished`, answer `fenced` and do nothing unless this
 * server is the primary of `epoch`. Throws PortFault of port `ledger`; the outcome is then unknown, and a later pass
 * sees it.
 */
export interface SettlementBook extends SettlementFiles {
  /** The earliest day up to `through` that is to be closed now, or undefined when `through` is closed. */
  nextToClose(epoch: Epoch, through: BusinessDate): Promise<BusinessDate | 'fenced' | undefined>;
  /** Assigns entries of one currency, all with money or all without, up to `date` to a new file of that day, or says that there are none. */
  assign(epoch: Epoch, day: ClosingDay): Promise<SettlementFile | 'nothing' | 'fenced'>;
  /** Those of `names` that stand for no file here. */
  unknown(epoch: Epoch, names: readonly SettlementFileName[]): Promise<readonly SettlementFileName[] | 'fenced'>;
  /**
   * Assigns exactly these entries to a file that was found published. `missing`: some have no row yet; `taken`: some
   * stand in another file, or belong to another kind of file. Nothing is assigned then.
   */
  adopt(epoch: Epoch, found: FoundFile): Promise<'adopted' | 'missing' | 'taken' | 'fenced'>;
  /**
   * Files whose `publishedEpoch` is below `epoch`, oldest first: up to `limit` that were never published, and as many that
   * were, under an earlier epoch. Neither kind keeps out the other: the one may have to wait, the other may be long.
   */
  unpublished(epoch: Epoch, limit: number): Promise<readonly SettlementFile[] | 'fenced'>;
  published(epoch: Epoch, fileId: number, sha256: string): Promise<'noted' | 'fenced'>;
}
