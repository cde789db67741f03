/** The detectors' votes, an item for each vantage. Every vantage there can be is read; no index is needed. */
import type { Vantage, Vote, Votes } from '@understudy/core';
import { regions, witnessRegion } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { text, whole } from './item.ts';
import type { ItemReader } from './item.ts';
import { Items } from './items.ts';
import { votePk } from './journal-table.ts';

const vantages: readonly Vantage[] = [...regions, witnessRegion];

const voteOf = (item: ItemReader): Vote => ({
  vantage: item.oneOf('vantage', vantages),
  about: item.oneOf('about', regions),
  at: item.at('at'),
  failures: item.number('failures'),
  ...(item.has('failing_since') && { failingSince: item.at('failing_since') }),
  ...(item.has('critical') && { critical: item.text('critical') }),
  ...(item.has('raised_row') && { raised: { row: item.text('raised_row'), at: item.at('raised_at') } }),
});

export class DynamoVotes implements Votes {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'votes');
  }

  async cast(vote: Vote): Promise<void> {
    await this.#items.overwrite(votePk(vote.vantage), {
      vantage: text(vote.vantage),
      about: text(vote.about),
      at: whole(vote.at),
      failures: whole(vote.failures),
      failing_since: vote.failingSince === undefined ? undefined : whole(vote.failingSince),
      critical: vote.critical === undefined ? undefined : text(vote.critical),
      raised_row: vote.raised === undefined ? undefined : text(vote.raised.row),
      raised_at: vote.raised === undefined ? undefined : whole(vote.raised.at),
    });
  }

  async list(): Promise<readonly Vote[]> {
    const items = await Promise.all(vantages.map((vantage) => this.#items.read(votePk(vantage))));
    return items.filter((item) => item !== undefined).map(voteOf);
  }
}
