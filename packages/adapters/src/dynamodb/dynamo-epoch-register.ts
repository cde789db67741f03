/**
 * The epoch record as one item of the strongly consistent table.
 * Invariant: it changes only where epoch and phase are exactly as expected. It does not judge whether a move is right.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { EpochRecord, EpochRegister } from '@understudy/core';
import { PortFault, regions } from '@understudy/core';
import type { DynamoConnection } from './connection.ts';
import { itemOf, text, whole } from './item.ts';
import type { ItemReader } from './item.ts';
import { Items } from './items.ts';
import { EPOCH_PK } from './journal-table.ts';

const attributesOf = (record: EpochRecord): Readonly<Record<string, AttributeValue | undefined>> => ({
  epoch: whole(record.epoch),
  active_region: text(record.activeRegion),
  phase: text(record.phase),
  kind: text(record.kind),
  run_id: text(record.runId),
  ledger_epoch: whole(record.ledgerEpoch),
  reason: text(record.reason),
  by: text(record.by),
  at: whole(record.at),
  healed_at: record.healedAt === undefined ? undefined : whole(record.healedAt),
});

const recordOf = (item: ItemReader | undefined): EpochRecord => {
  if (!item) throw new PortFault({ port: 'epoch', retryable: false, message: 'this installation has no epoch record yet' });
  return {
    epoch: item.epoch('epoch'),
    activeRegion: item.oneOf('active_region', regions),
    phase: item.oneOf('phase', ['open', 'moving']),
    kind: item.oneOf('kind', ['failover', 'planned']),
    runId: item.text('run_id'),
    ledgerEpoch: item.epoch('ledger_epoch'),
    reason: item.text('reason'),
    by: item.text('by'),
    at: item.at('at'),
    ...(item.has('healed_at') && { healedAt: item.at('healed_at') }),
  };
};

export class DynamoEpochRegister implements EpochRegister {
  readonly #items: Items;

  constructor(connection: DynamoConnection) {
    this.#items = new Items(connection, 'epoch');
  }

  async read(): Promise<EpochRecord> {
    return recordOf(await this.#items.read(EPOCH_PK));
  }

  async compareAndSet(expected: Pick<EpochRecord, 'epoch' | 'phase'>, next: EpochRecord): ReturnType<EpochRegister['compareAndSet']> {
    const { applied, item } = await this.#items.overwrite(EPOCH_PK, attributesOf(next), {
      condition: '#epoch = :expected_epoch AND #phase = :expected_phase',
      values: { ':expected_epoch': whole(expected.epoch), ':expected_phase': text(expected.phase) },
    });
    return applied ? { won: true } : { won: false, record: recordOf(item) };
  }

  async initialise(record: EpochRecord): Promise<void> {
    await this.#items.putNew(EPOCH_PK, itemOf(attributesOf(record)));
  }
}
