// The receipt book and the settlement book over a ledger in memory. What they note are commits of that ledger's log, so
// that a standby holds a prefix of them and a promotion loses the same tail; all they answer is read from the log.
import type {
  BusinessDate, ClosingDay, DayToCheck, DecidedPayment, Entry, Epoch, FoundFile, ReceiptBook, SettlementBook, SettlementFile, SettlementFileName,
} from '@understudy/core';
import { entryId, receiptName, settlementFileKey } from '@understudy/core';
import type { InMemoryLedger, RefundRow } from './in-memory-ledger.ts';

export type PublishingNote =
  | { readonly kind: 'written'; readonly entryIds: readonly string[] }
  | { readonly kind: 'checked'; readonly epoch: Epoch; readonly day: DayToCheck }
  | { readonly kind: 'file'; readonly file: SettlementFile; readonly entryIds: readonly string[] }
  | { readonly kind: 'closed'; readonly date: BusinessDate }
  | { readonly kind: 'published'; readonly fileId: number; readonly epoch: Epoch; readonly sha256: string };

/** Small, so that tests see several files of a day. */
const ENTRIES_PER_FILE_MAX = 20;

const entryOf = (payment: DecidedPayment): Entry => ({
  merchantId: payment.merchantId,
  transactionId: payment.transactionId,
  customerId: payment.acceptance.customerId,
  live: payment.acceptance.live,
  amountMinor: payment.acceptance.amount.minor,
  currency: payment.acceptance.amount.currency,
  decidedAt: payment.decision.decidedAt,
  businessDate: payment.decision.businessDate,
  ...(payment.decision.acquirerReference !== undefined && { acquirerReference: payment.decision.acquirerReference }),
});

const refundEntryOf = ({ payment, refund }: RefundRow): Entry => {
  const { acquirerReference: _ofTheCharge, ...entry } = entryOf(payment);
  const { acquirerReference, decidedAt, businessDate } = refund.decision;
  return { ...entry, refundId: refund.refundId, amountMinor: 0n - refund.amountMinor, decidedAt, businessDate, ...(acquirerReference !== undefined && { acquirerReference }) };
};

const entriesIn = (ledger: InMemoryLedger): readonly Entry[] => [
  ...ledger.rows().map((row) => row.payment).filter((payment) => payment.decision.outcome === 'processed').map(entryOf),
  ...ledger.refundRows().filter((row) => row.refund.decision.outcome === 'processed').map(refundEntryOf),
];

type Noted<K extends PublishingNote['kind']> = Extract<PublishingNote, { readonly kind: K }>;

const notesIn = <K extends PublishingNote['kind']>(ledger: InMemoryLedger, kind: K): readonly Noted<K>[] =>
  ledger.log.flatMap((commit) => (commit.kind === 'note' && commit.note.kind === kind ? [commit.note as Noted<K>] : []));

const ascending = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

export class InMemoryReceiptBook implements ReceiptBook {
  readonly #ledger: InMemoryLedger;

  constructor(ledger: InMemoryLedger) {
    this.#ledger = ledger;
  }

  async due(epoch: Epoch, limit: number): Promise<readonly Entry[] | 'fenced'> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    const written = new Set(notesIn(this.#ledger, 'written').flatMap((note) => note.entryIds));
    return entriesIn(this.#ledger).filter((entry) => !written.has(entryId(entry))).slice(0, limit);
  }

  async written(epoch: Epoch, entryIds: readonly string[]): Promise<'noted' | 'fenced'> {
    return this.#note(epoch, { kind: 'written', entryIds });
  }

  async dayToCheck(epoch: Epoch): Promise<DayToCheck | 'fenced' | undefined> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    const notes = new Map(notesIn(this.#ledger, 'checked').filter((note) => note.epoch === epoch).map((note) => [note.day.businessDate, note.day]));
    const days = [...new Set(entriesIn(this.#ledger).map((entry) => entry.businessDate))].toSorted(ascending).toReversed();
    const date = days.find((day) => !notes.has(day) || notes.get(day)?.after !== undefined);
    return date === undefined ? undefined : (notes.get(date) ?? { businessDate: date });
  }

  async entriesOfDay(epoch: Epoch, day: DayToCheck, limit: number): Promise<readonly Entry[] | 'fenced'> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    const entries = entriesIn(this.#ledger).filter((entry) => entry.businessDate === day.businessDate && receiptName(entry) > (day.after ?? ''));
    return entries.toSorted((a, b) => ascending(receiptName(a), receiptName(b))).slice(0, limit);
  }

  async checked(epoch: Epoch, day: DayToCheck): Promise<'noted' | 'fenced'> {
    return this.#note(epoch, { kind: 'checked', epoch, day });
  }

  #note(epoch: Epoch, note: PublishingNote): 'noted' | 'fenced' {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    this.#ledger.note(note);
    return 'noted';
  }
}

export class InMemorySettlementBook implements SettlementBook {
  readonly #ledger: InMemoryLedger;

  constructor(ledger: InMemoryLedger) {
    this.#ledger = ledger;
  }

  async files(page: { readonly after?: number; readonly limit: number }): Promise<readonly SettlementFile[]> {
    this.#ledger.use();
    return this.#files().filter((file) => file.id > (page.after ?? 0)).slice(0, page.limit);
  }

  async entries(fileId: number): Promise<readonly Entry[]> {
    this.#ledger.use();
    const ids = new Set(notesIn(this.#ledger, 'file').find((note) => note.file.id === fileId)?.entryIds);
    return entriesIn(this.#ledger).filter((entry) => ids.has(entryId(entry)));
  }

  async shows(epoch: Epoch, file: SettlementFile): Promise<'shows' | 'behind' | 'no_replica'> {
    this.#ledger.use();
    if (this.#ledger.role !== 'standby' || this.#ledger.fence !== epoch) return 'no_replica';
    return this.#files().some((other) => settlementFileKey(other) === settlementFileKey(file) && other.epoch === file.epoch) ? 'shows' : 'behind';
  }

  async nextToClose(epoch: Epoch, through: BusinessDate): Promise<BusinessDate | 'fenced' | undefined> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    const closed = notesIn(this.#ledger, 'closed').map((note) => note.date as string).toSorted(ascending).at(-1) ?? '';
    if (closed >= through) return undefined;
    const open = this.#free().map((entry) => entry.businessDate).filter((date) => date > closed && date <= through);
    return open.toSorted(ascending)[0] ?? through;
  }

  async assign(epoch: Epoch, { date, closes, at }: ClosingDay): Promise<SettlementFile | 'nothing' | 'fenced'> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    const free = this.#free().filter((entry) => entry.businessDate <= date);
    const lane = free[0];
    if (lane === undefined) {
      if (closes) this.#ledger.note({ kind: 'closed', date });
      return 'nothing';
    }
    const isOfLane = (one: { readonly live: boolean; readonly currency: string }) => one.live === lane.live && one.currency === lane.currency;
    const numbers = this.#files().filter((file) => file.businessDate === date && isOfLane(file)).map((file) => file.n);
    const entries = free.filter(isOfLane).slice(0, ENTRIES_PER_FILE_MAX);
    return this.#add({ live: lane.live, businessDate: date, currency: lane.currency, n: Math.max(0, ...numbers) + 1 }, entries, { epoch, assignedAt: at });
  }

  async unknown(epoch: Epoch, names: readonly SettlementFileName[]): Promise<readonly SettlementFileName[] | 'fenced'> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    const known = new Set(this.#files().map(settlementFileKey));
    return names.filter((name) => !known.has(settlementFileKey(name)));
  }

  async adopt(epoch: Epoch, { name, entryIds, at }: FoundFile): Promise<'adopted' | 'missing' | 'taken' | 'fenced'> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    const all = new Map(entriesIn(this.#ledger).map((entry) => [entryId(entry), entry]));
    const entries = entryIds.map((id) => all.get(id)).filter((entry) => entry !== undefined);
    const free = new Set(this.#free().map(entryId));
    const isKnown = this.#files().some((file) => settlementFileKey(file) === settlementFileKey(name));
    if (isKnown || entries.some((entry) => entry.currency !== name.currency || entry.live !== name.live || !free.has(entryId(entry)))) return 'taken';
    if (entries.length < entryIds.length) return 'missing';
    this.#add(name, entries, { epoch, assignedAt: at });
    return 'adopted';
  }

  async unpublished(epoch: Epoch, limit: number): Promise<readonly SettlementFile[] | 'fenced'> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    const files = this.#files().filter((file) => file.publishedEpoch < epoch);
    return [...files.filter((file) => file.publishedEpoch === 0).slice(0, limit), ...files.filter((file) => file.publishedEpoch > 0).slice(0, limit)];
  }

  async published(epoch: Epoch, fileId: number, sha256: string): Promise<'noted' | 'fenced'> {
    if (!this.#ledger.isPrimaryOf(epoch)) return 'fenced';
    this.#ledger.note({ kind: 'published', fileId, epoch, sha256 });
    return 'noted';
  }

  #files(): readonly SettlementFile[] {
    const published = new Map(notesIn(this.#ledger, 'published').map((note) => [note.fileId, { publishedEpoch: note.epoch, sha256: note.sha256 }]));
    return notesIn(this.#ledger, 'file').map(({ file }) => ({ ...file, ...published.get(file.id) }));
  }

  #free(): readonly Entry[] {
    const assigned = new Set(notesIn(this.#ledger, 'file').flatMap((note) => note.entryIds));
    return entriesIn(this.#ledger).filter((entry) => !assigned.has(entryId(entry)));
  }

  #add(name: SettlementFileName, entries: readonly Entry[], made: Pick<SettlementFile, 'epoch' | 'assignedAt'>): SettlementFile {
    const file: SettlementFile = {
      ...name, ...made, id: notesIn(this.#ledger, 'file').length + 1, entryCount: entries.length, publishedEpoch: 0 as Epoch,
      totalMinor: entries.reduce((sum, entry) => sum + entry.amountMinor, 0n),
    };
    this.#ledger.note({ kind: 'file', file, entryIds: entries.map(entryId) });
    return file;
  }
}
