// Reads one payment, strongly: "not found" is said only when it is certain.
import type { Payment, PaymentKey } from '../domain/payment/payment.ts';
import type { Clock } from '../ports/clock.ts';
import { isPortFault } from '../ports/fault.ts';
import type { Journal } from '../ports/journal.ts';
import { repeat } from './repeat.ts';

export type ReadResult = { readonly code: 'found'; readonly payment: Payment } | { readonly code: 'not_found' } | { readonly code: 'unavailable' };

export async function readPayment(ports: { readonly journal: Journal; readonly clock: Clock }, key: PaymentKey): Promise<ReadResult> {
  try {
    const payment = await repeat(ports.clock, () => ports.journal.read(key));
    return payment ? { code: 'found', payment } : { code: 'not_found' };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return { code: 'unavailable' };
  }
}
