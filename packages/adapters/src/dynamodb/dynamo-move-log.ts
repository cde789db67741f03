/**
 * The story of a move in one item, entries in the order of their arrival.
 * Invariant: an append is stored once though its first answer was lost (`entry_id`). A story has an end: a move that
 * cannot get on logs the same step for hours, and an item holds 400 KB.
 */
import type { MoveLog, MoveLogEntry, Random } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { itemOf, text, whole } from './item.ts';
import { Items } from './items.ts';
import { runPk } from './journal-table.ts';

/** With the lengths below at most about 300 KB. Later entries are dropped: the record, not the story, resumes a move. */
const ENTRIES_MAX = 300;
const SENTENCE_CHARACTERS_MAX = 300;

const cut = (sentence: string): string => sentence.slice(0, SENTENCE_CHARACTERS_MAX);

export class DynamoMoveLog implements MoveLog {
  readonly #items: Items;
  readonly #random: Random;

  constructor(connection: DynamoConnection, random: Random) {
    this.#items = new Items(connection, 'epoch');
    this.#random = random;
  }

  async append(runId: string, entry: MoveLogEntry): Promise<void> {
    const detail = entry.detail === undefined ? undefined : text(cut(entry.detail));
    const map = { M: itemOf({ at: whole(entry.at), row: text(entry.row), because: text(cut(entry.because)), detail }) };
    await this.#items.change(runPk(runId), {
      expression: 'SET #entries = list_append(if_not_exists(#entries, :none), :entry), #entry_id = :id',
      condition: 'attribute_not_exists(#entries) OR (#entry_id <> :id AND size(#entries) < :most)',
      values: { ':none': { L: [] }, ':entry': { L: [map] }, ':id': text(this.#random.id()), ':most': whole(ENTRIES_MAX) },
    });
  }

  async read(runId: string): Promise<readonly MoveLogEntry[]> {
    const item = await this.#items.read(runPk(runId));
    return (item?.list('entries') ?? []).map((map) => ({
      at: map.at('at'), row: map.text('row'), because: map.text('because'), ...(map.has('detail') && { detail: map.text('detail') }),
    }));
  }
}
