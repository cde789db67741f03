// One region's index of the work, which follows the journal's changes in order, and falls behind for as long as
// it is told to. The scan reads the journal itself. Keeps nothing that the journal does not know.
import type { Payment, WorkEntry, WorkIndex, WorkQuery } from '@understudy/core';
import { keyText, WORK_SHARDS } from '@understudy/core';
import type { InMemoryJournal, WorkChange } from './in-memory-journal.ts';

const SORT_DIGITS = 16;
const padded = (value: number): string => String(value).padStart(SORT_DIGITS, '0');
const sortText = (entry: WorkEntry): string => `${padded(entry.postedEpoch)}#${padded(entry.acceptedAt)}#${keyText(entry.key)}`;

export class InMemoryWorkIndex implements WorkIndex {
  readonly #journal: InMemoryJournal;
  readonly #shards: readonly Map<string, WorkEntry>[] = Array.from({ length: WORK_SHARDS }, () => new Map());
  #behind: WorkChange[] = [];
  #stalled = false;

  constructor(journal: InMemoryJournal) {
    this.#journal = journal;
    journal.follow((change) => {
      if (this.#stalled) this.#behind.push(change);
      else this.#apply(change);
    });
  }

  /** The index stops following, without bound. */
  stall(): void {
    this.#stalled = true;
  }

  /** Follows again from where it stopped. */
  resume(): void {
    this.#stalled = false;
    this.catchUp(this.#behind.length);
  }

  /** Lets a stalled index follow the next `changes` of those that it is behind. */
  catchUp(changes: number): void {
    for (const change of this.#behind.splice(0, changes)) this.#apply(change);
  }

  async query(query: WorkQuery): ReturnType<WorkIndex['query']> {
    const { shard, posted, epoch, from = 0, limit, cursor } = query;
    const entries = this.#shards[shard];
    // Most shards of a small world are.
    if (!entries || entries.size === 0) return { entries: [] };
    const found = [...entries.values()]
      .filter((entry) => (posted === 'below' ? entry.postedEpoch >= from && entry.postedEpoch < epoch : entry.postedEpoch === epoch))
      .map((entry) => ({ entry, sort: sortText(entry) }))
      .filter(({ sort }) => cursor === undefined || sort > cursor)
      .sort((a, b) => (a.sort < b.sort ? -1 : 1));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return { entries: page.map(({ entry }) => entry), ...(last && found.length > limit && { cursor: last.sort }) };
  }

  async all(limit: number): ReturnType<WorkIndex['all']> {
    const size = this.#shards.reduce((sum, entries) => sum + entries.size, 0);
    return size > limit ? undefined : this.#shards.flatMap((entries) => [...entries.values()]);
  }

  async scan(page: { readonly limit: number; readonly cursor?: string }): Promise<{ readonly payments: readonly Payment[]; readonly cursor?: string }> {
    const from = Number(page.cursor ?? 0);
    const payments = this.#journal.payments();
    const end = from + page.limit;
    return { payments: payments.slice(from, end), ...(end < payments.length && { cursor: String(end) }) };
  }

  #apply({ key, shard, standing }: WorkChange): void {
    if (standing) this.#shards[shard]?.set(keyText(key), { key, ...standing });
    else this.#shards[shard]?.delete(keyText(key));
  }
}
