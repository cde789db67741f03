// Reads one payment, strongly: "not found" is said only when it is certain. A payment of the other mode, test or live,
// is to its caller as one that does not exist. Of one that was purged only that it was there is told.
import { acceptedOf, isKnown } from '../domain/payment/payment.ts';
import type { Payment, TransactionId } from '../domain/payment/payment.ts';
import type { Clock } from '../ports/clock.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import type { Caller } from './accept-payment.ts';
import { repeat } from './repeat.ts';

export type ReadResult = { readonly code: 'found'; readonly payment: Payment } | { readonly code: 'not_found' } | { readonly code: 'gone' } | { readonly code: 'unavailable' };

export async function readPayment(ports: { readonly journal: Pick<Journal, 'read'>; readonly clock: Clock }, caller: Caller, transactionId: TransactionId): Promise<ReadResult> {
  try {
    const payment = await repeat(ports.clock, () => ports.journal.read({ merchantId: caller.merchantId, transactionId }));
    const isOtherMode = payment !== undefined && isKnown(payment) && acceptedOf(payment).live !== caller.live;
    if (!payment || isOtherMode) return { code: 'not_found' };
    return payment.tombstone ? { code: 'gone' } : { code: 'found', payment };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return { code: 'unavailable' };
  }
}
