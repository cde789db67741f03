// What an operator does about payments that were set aside: look, try once more, give up.
// Invariant: giving up is a decision like any other, set once and in the books; a charge that was made after all is
// looked for and given back by whoever settles it (S-65, S-70). Every act is recorded before it is done.
import type { AcceptedPayment, Payment, PaymentKey } from '../domain/payment/payment.ts';
import { epochOf } from '../domain/region/epoch.ts';
import { businessDateOf } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { OperationLog } from '../ports/operation-log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Upkeep } from '../ports/upkeep.ts';
import type { WorkIndex } from '../ports/work-index.ts';
import type { Act } from './dead-letters.ts';
import { inParallel } from './in-parallel.ts';
import { repeat } from './repeat.ts';
import { walkOfWork } from './work-pages.ts';

export interface SetAsidePorts {
  readonly journal: Journal;
  readonly upkeep: Upkeep;
  readonly epochs: EpochRegister;
  readonly queue: Queue;
  readonly operations: OperationLog;
  readonly clock: Clock;
}

export type SetAsideResult =
  | { readonly code: 'done' }
  | { readonly code: 'not_found' }
  | { readonly code: 'not_set_aside' }
  /** Decided, for good; a ledger refuses its row. Only trying once more, after that was mended, can help. */
  | { readonly code: 'already_decided'; readonly outcome: string };

export const paymentName = (key: PaymentKey): string => `payment:${key.merchantId}:${key.transactionId}`;

export type SetAsidePayment = AcceptedPayment & Required<Pick<Payment, 'quarantine'>>;

/** How many payments of the index are read at most: set aside or not, each waits for somebody. */
const READS_MAX = 10_000;
const PARALLEL_MAX = 8;

const isSetAside = (payment: Payment | undefined): payment is SetAsidePayment =>
  payment?.quarantine !== undefined && payment.acceptance !== undefined && payment.postedEpoch === 0;

/** Every payment that the index shows as never posted and that is set aside. `complete`: the walk came to its end before `readsMax`. */
export async function listSetAside(ports: { readonly journal: Journal; readonly workIndex: WorkIndex }, readsMax: number = READS_MAX): Promise<{ readonly payments: readonly SetAsidePayment[]; readonly complete: boolean }> {
  const payments: SetAsidePayment[] = [];
  let reads = 0;
  for await (const entries of walkOfWork(ports.workIndex, { posted: 'below', epoch: epochOf(1) })) {
    const read = await inParallel(entries, PARALLEL_MAX, (entry) => ports.journal.read(entry.key));
    payments.push(...read.filter(isSetAside));
    reads += entries.length;
    if (reads >= readsMax) return { payments, complete: false };
  }
  return { payments, complete: true };
}

/** Refusals: `not_found`, `not_set_aside`. Throws PortFault; doing it again is safe. */
export async function redrivePayment(ports: SetAsidePorts, key: PaymentKey, { by }: Act): Promise<SetAsideResult> {
  const payment = await repeat(ports.clock, () => ports.journal.read(key));
  if (!payment) return { code: 'not_found' };
  if (!isSetAside(payment)) return { code: 'not_set_aside' };
  await record(ports, key, { what: 'redrive', by });
  await repeat(ports.clock, () => ports.upkeep.release(key));
  await hint(ports, key);
  return { code: 'done' };
}

/** Refusals: `not_found`, `not_set_aside`, `already_decided`. Throws PortFault; doing it again is safe. */
export async function discardPayment(ports: SetAsidePorts, key: PaymentKey, { by, reason }: Required<Act>): Promise<SetAsideResult> {
  const payment = await repeat(ports.clock, () => ports.journal.read(key));
  if (!payment) return { code: 'not_found' };
  if (payment.decision) return { code: 'already_decided', outcome: payment.decision.outcome };
  if (!isSetAside(payment)) return { code: 'not_set_aside' };
  await record(ports, key, { what: 'discard', by, reason });
  const decidedAt = ports.clock.now();
  const stored = await repeat(ports.clock, () => ports.journal.decide(key, { outcome: 'failed', code: 'discarded', decidedAt, businessDate: businessDateOf(decidedAt) }));
  if (stored?.won !== true) return { code: 'already_decided', outcome: stored?.payment.decision.outcome ?? 'unknown' };
  await hint(ports, key);
  return { code: 'done' };
}

const record = (ports: SetAsidePorts, key: PaymentKey, act: { readonly what: 'redrive' | 'discard' } & Act): Promise<void> =>
  repeat(ports.clock, () => ports.operations.append({ at: ports.clock.now(), ...act, subject: paymentName(key) }));

/** The payment is in work, so a hint that is lost costs the time until the next walk. */
async function hint(ports: SetAsidePorts, key: PaymentKey): Promise<void> {
  try {
    const { activeRegion } = await ports.epochs.read();
    await ports.queue.send(activeRegion, key);
  } catch (error) {
    if (!isPortFault(error)) throw error;
  }
}
