// Writes the receipt of each entry into the active region's bucket: new entries as they come, and after a move, day by
// day, whatever replication had not brought. Invariant: an entry is either noted as due, or its day is compared with
// this region's bucket once under each epoch; there is no window of time that could miss one.
import { receiptKey, receiptName, receiptPrefix, receiptText } from '../domain/publishing/receipt.ts';
import { entryId } from '../domain/publishing/entry.ts';
import type { Entry } from '../domain/publishing/entry.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import { maySettle } from '../domain/region/epoch.ts';
import type { Region } from '../domain/region/region.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { DayToCheck, ReceiptBook } from '../ports/receipt-book.ts';
import { inParallel } from './in-parallel.ts';

export interface ReceiptPorts {
  readonly region: Region;
  readonly epochs: EpochRegister;
  readonly receipts: ReceiptBook;
  /** This region's own. */
  readonly bucket: ObjectStore;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface ReceiptPass {
  /** `idle`: not the active, open region. `fenced`: the ledger is not this epoch's primary. */
  readonly code: 'idle' | 'fenced' | 'walked';
  /** Receipts written for new entries. */
  readonly written: number;
  /** Receipts that older entries lacked in this bucket. */
  readonly completed: number;
}

/** As many as a listing shows at once. */
const PAGE = 1000;
const PARALLEL_MAX = 16;
/** Of new entries, and as many to compare: at 16 puts at a time a pass ends long before its process is ended. */
const ENTRIES_MAX = 20_000;

/** One pass. Throws PortFault when the epoch, the ledger or the bucket fails; the next pass goes on where this one ended. */
export async function publishReceipts(ports: ReceiptPorts): Promise<ReceiptPass> {
  const record = await ports.epochs.read();
  if (!maySettle(record, ports.region)) return { code: 'idle', written: 0, completed: 0 };
  const written = await writeDue(ports, record.epoch);
  const completed = written === 'fenced' ? 'fenced' : await compareDays(ports, record.epoch);
  if (written === 'fenced' || completed === 'fenced') return { code: 'fenced', written: 0, completed: 0 };
  ports.metrics.count('ReceiptWritten', written + completed);
  if (completed > 0) ports.log.info('receipts_completed', { epoch: record.epoch, completed });
  return { code: 'walked', written, completed };
}

async function writeDue(ports: ReceiptPorts, epoch: Epoch): Promise<number | 'fenced'> {
  for (let written = 0; ; ) {
    const entries = await ports.receipts.due(epoch, PAGE);
    if (entries === 'fenced') return 'fenced';
    if (entries.length === 0 || written >= ENTRIES_MAX) return written;
    await writeAll(ports.bucket, entries);
    // Dying before this note costs one more put each, which finds its receipt.
    if ((await ports.receipts.written(epoch, entries.map(entryId))) === 'fenced') return 'fenced';
    written += entries.length;
  }
}

/** Newest day first: it is the one that replication had least time for, and the one that merchants look at. */
async function compareDays(ports: ReceiptPorts, epoch: Epoch): Promise<number | 'fenced'> {
  let completed = 0;
  for (let compared = 0; compared < ENTRIES_MAX; ) {
    const day = await ports.receipts.dayToCheck(epoch);
    if (day === 'fenced') return 'fenced';
    if (day === undefined) break;
    const page = await comparePage(ports, epoch, day);
    if (page === 'fenced') return 'fenced';
    compared += page.compared;
    completed += page.completed;
  }
  return completed;
}

/** An entry that is posted behind the place reached is due, and written as such. */
async function comparePage(ports: ReceiptPorts, epoch: Epoch, day: DayToCheck): Promise<{ readonly compared: number; readonly completed: number } | 'fenced'> {
  const entries = await ports.receipts.entriesOfDay(epoch, day, PAGE);
  if (entries === 'fenced') return 'fenced';
  const last = entries.at(-1);
  const present = last === undefined ? new Set<string>() : await namesUpTo(ports.bucket, day, receiptName(last));
  const lacking = entries.filter((entry) => !present.has(receiptName(entry)));
  await writeAll(ports.bucket, lacking);
  const reached = entries.length < PAGE || last === undefined ? {} : { after: receiptName(last) };
  const noted = await ports.receipts.checked(epoch, { businessDate: day.businessDate, ...reached });
  // A day counts as one even without entries, so that a pass over many days ends too.
  return noted === 'fenced' ? 'fenced' : { compared: Math.max(entries.length, 1), completed: lacking.length };
}

/** The receipt names that the bucket holds from where `day` stands up to `last`. Both sides stand in one order, so this is as bounded as the page of entries. */
async function namesUpTo(bucket: ObjectStore, day: DayToCheck, last: string): Promise<ReadonlySet<string>> {
  const prefix = receiptPrefix(day.businessDate);
  const found = new Set<string>();
  for (let after = day.after; ; ) {
    const { keys, more } = await bucket.list({ prefix, ...(after === undefined ? {} : { after: prefix + after }) });
    const names = keys.map((key) => key.slice(prefix.length));
    for (const name of names) if (name <= last) found.add(name);
    after = names.at(-1);
    if (!more || after === undefined || after >= last) return found;
  }
}

const writeAll = async (bucket: ObjectStore, entries: readonly Entry[]): Promise<void> => {
  await inParallel(entries, PARALLEL_MAX, (entry) => bucket.putIfAbsent({ key: receiptKey(entry), body: receiptText(entry), contentType: 'application/json' }));
};
