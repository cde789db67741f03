// The epoch record in memory: compare-and-set is one indivisible step.
import type { EpochRecord, EpochRegister } from '@understudy/core';
import { PortFault } from '@understudy/core';

export class InMemoryEpochRegister implements EpochRegister {
  #record: EpochRecord | undefined;

  async read(): Promise<EpochRecord> {
    return this.#standing();
  }

  async compareAndSet(expected: Pick<EpochRecord, 'epoch' | 'phase'>, next: EpochRecord): ReturnType<EpochRegister['compareAndSet']> {
    const record = this.#standing();
    if (record.epoch !== expected.epoch || record.phase !== expected.phase) return { won: false, record };
    this.#record = next;
    return { won: true };
  }

  async initialise(record: EpochRecord): Promise<void> {
    this.#record ??= record;
  }

  #standing(): EpochRecord {
    if (!this.#record) throw new PortFault({ port: 'epoch', retryable: false, message: 'this installation has no epoch record yet' });
    return this.#record;
  }
}
