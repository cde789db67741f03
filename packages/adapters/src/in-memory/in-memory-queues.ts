// Every region's queue of hints in memory. Delivery, duplicates and loss are the reader's to play.
import type { PaymentKey, Queue, Region } from '@understudy/core';
import { PortFault } from '@understudy/core';

export class InMemoryQueues implements Queue {
  readonly #hints: Record<Region, PaymentKey[]> = { 'us-east-1': [], 'us-east-2': [] };

  readonly #failing = new Set<Region>();

  /** From now on nobody reaches this region's queue, or everybody does again. */
  fail(region: Region, failing: boolean): void {
    if (failing) this.#failing.add(region);
    else this.#failing.delete(region);
  }

  async send(region: Region, key: PaymentKey): Promise<void> {
    if (this.#failing.has(region)) throw new PortFault({ port: 'queue', retryable: true, message: `the queue of ${region} cannot be reached` });
    this.#hints[region].push({ merchantId: key.merchantId, transactionId: key.transactionId });
  }

  waiting(region: Region): readonly PaymentKey[] {
    return this.#hints[region];
  }

  /** Takes the oldest hint out. */
  take(region: Region): PaymentKey | undefined {
    return this.#hints[region].shift();
  }

  /** The queue dies with its region. */
  lose(region: Region): void {
    this.#hints[region].length = 0;
  }
}
