/** A region's own item, written as acceptance writes: through either endpoint, because acceptance works through either. */
import type { Canary, EpochMs, Region } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { whole } from './item.ts';
import { Items } from './items.ts';
import { canaryPk } from './journal-table.ts';

export class DynamoCanary implements Canary {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'journal');
  }

  async write(region: Region, at: EpochMs): Promise<void> {
    await this.#items.overwrite(canaryPk(region), { at: whole(at) });
  }
}
