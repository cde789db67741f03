// The index of the customers' payments, over the journal in memory. Never behind.
import type { CustomerEntry, CustomerIndex, CustomerQuery } from '@understudy/core';
import type { InMemoryJournal } from './in-memory-journal.ts';

const newestFirst = (a: CustomerEntry, b: CustomerEntry): number => b.acceptedAt - a.acceptedAt || (a.transactionId < b.transactionId ? -1 : Number(a.transactionId > b.transactionId));

export class InMemoryCustomerIndex implements CustomerIndex {
  readonly #journal: InMemoryJournal;

  constructor(journal: InMemoryJournal) {
    this.#journal = journal;
  }

  async query({ merchantId, customerId, limit, after }: CustomerQuery): Promise<readonly CustomerEntry[]> {
    return this.#journal.payments()
      .filter((payment) => payment.merchantId === merchantId && payment.acceptance?.customerId === customerId)
      .flatMap(({ transactionId, acceptance }): CustomerEntry[] => (acceptance ? [{ transactionId, acceptedAt: acceptance.acceptedAt }] : []))
      .filter((entry) => after === undefined || newestFirst(after, entry) < 0)
      .toSorted(newestFirst)
      .slice(0, limit);
  }
}
