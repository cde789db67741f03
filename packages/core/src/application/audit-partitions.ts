// Puts the entries of an audit aside, all of one payment in the same partition, and gives them back partition by partition.
// Invariant: memory holds one sheet a partition while entries are added, and one partition while they are read.
import { Agreement } from '../domain/audit/agreement.ts';
import type { AuditEntry } from '../domain/audit/entries.ts';
import { hashOf, pack, Sheet } from '../domain/audit/packing.ts';
import type { Spool } from '../ports/audit-reports.ts';

/** Each is held in memory when it is compared: of a million payments some 8,000, about 2 MB. */
export const AUDIT_PARTITIONS = 128;
/** The upper bits of a hash depend on every character, its lower ones on the lower bits of each: ids that resemble each other would share a partition. */
const PARTITION_SHIFT: number = Math.clz32(AUDIT_PARTITIONS - 1);
/** With 128 partitions 4 MB in all; less would be written too often, more only strays further from the processor's cache. */
const SHEET_BYTES = 32_768;

export class Partitions {
  readonly #spool: Spool;
  readonly #sheets = new Map<number, Sheet>();

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Undefined: done at once. An audit adds millions of entries, and to wait for each costs more than to add it. */
  add(entry: AuditEntry): Promise<void> | undefined {
    const hash = hashOf(entry);
    const partition = hash >>> PARTITION_SHIFT;
    const size = pack(entry, hash, this.#sheetOf(partition));
    return size === 0 ? undefined : this.#addToNext(partition, { entry, hash, size });
  }

  /** All that was added to one partition; called once everything was. */
  async read(partition: number): Promise<Agreement> {
    await this.#putAside(partition);
    return new Agreement(await this.#spool.read(partition));
  }

  /** An entry with a text of many pages gets a sheet of its own size; that it is not plain after all may show only then, and makes it longer once. */
  async #addToNext(partition: number, { entry, hash, size }: { readonly entry: AuditEntry; readonly hash: number; readonly size: number }): Promise<void> {
    await this.#putAside(partition);
    for (let lacking = size; lacking > 0; lacking = pack(entry, hash, this.#sheetOf(partition))) {
      if (lacking > SHEET_BYTES) this.#sheets.set(partition, new Sheet(new Uint8Array(lacking)));
    }
  }

  #sheetOf(partition: number): Sheet {
    let sheet = this.#sheets.get(partition);
    if (!sheet) this.#sheets.set(partition, (sheet = new Sheet(new Uint8Array(SHEET_BYTES))));
    return sheet;
  }

  async #putAside(partition: number): Promise<void> {
    const sheet = this.#sheets.get(partition);
    if (!sheet || sheet.filled === 0) return;
    await this.#spool.append(partition, sheet.bytes.subarray(0, sheet.filled));
    sheet.filled = 0;
  }
}
