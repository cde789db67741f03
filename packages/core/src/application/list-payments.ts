// The payments of one customer, newest first. Invariant: which payments there are may lag, but what is said of each is
// read strongly; the caller's merchant and mode bound what can be found, whatever the cursor says.
import type { AcceptedPayment, CustomerId } from '../domain/payment/payment.ts';
import type { Clock } from '../ports/clock.ts';
import type { CustomerEntry, CustomerIndex } from '../ports/customer-index.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { Caller } from './accept-payment.ts';
import { inParallel } from './in-parallel.ts';
import { repeat } from './repeat.ts';

export interface ListPorts {
  readonly customers: CustomerIndex;
  readonly journal: Pick<Journal, 'read'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ListQuery {
  readonly customerId: CustomerId;
  readonly limit: number;
  readonly after?: CustomerEntry;
}

export type ListResult =
  /** `next`: go on after this one; there may be nothing. */
  | { readonly code: 'listed'; readonly payments: readonly AcceptedPayment[]; readonly next?: CustomerEntry }
  | { readonly code: 'unavailable' };

/** Pages of the index that one answer may take where the other mode's payments stand in between; then it is short. */
const PAGES_MAX = 5;
const READS_AT_ONCE = 10;

/** Refusals: `unavailable`. */
export async function listPayments(ports: ListPorts, caller: Caller, query: ListQuery): Promise<ListResult> {
  try {
    return await collect(ports, caller, query);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('list_unread', { cause: error.message });
    return { code: 'unavailable' };
  }
}

async function collect(ports: ListPorts, caller: Caller, { customerId, limit, after }: ListQuery): Promise<ListResult> {
  const payments: AcceptedPayment[] = [];
  let last = after;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const from = last;
    const entries = await repeat(ports.clock, () => ports.customers.query({ merchantId: caller.merchantId, customerId, limit, ...(from && { after: from }) }));
    for (const { entry, payment } of await readAll(ports, caller, entries)) {
      last = entry;
      if (payment) payments.push(payment);
      if (payments.length === limit) return { code: 'listed', payments, next: entry };
    }
    if (entries.length < limit) return { code: 'listed', payments };
  }
  return { code: 'listed', payments, ...(last && { next: last }) };
}

interface Read {
  readonly entry: CustomerEntry;
  /** Absent when this caller must not see it. */
  readonly payment: AcceptedPayment | undefined;
}

const readAll = (ports: ListPorts, caller: Caller, entries: readonly CustomerEntry[]): Promise<Read[]> =>
  inParallel(entries, READS_AT_ONCE, async (entry): Promise<Read> => {
    const payment = await repeat(ports.clock, () => ports.journal.read({ merchantId: caller.merchantId, transactionId: entry.transactionId }));
    const acceptance = payment?.acceptance;
    return { entry, payment: payment && acceptance && acceptance.live === caller.live ? { ...payment, acceptance } : undefined };
  });
