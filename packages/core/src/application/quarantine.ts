// Sets a payment aside after faults of its own. An unavailable ledger or acquirer, a fence, an unread epoch
// are faults of the world and never come here.
import type { AcceptedPayment } from '../domain/payment/payment.ts';
import type { Epoch } from '../domain/region/epoch.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { PaymentPolicy } from '../domain/payment/policy.ts';
import { repeat } from './repeat.ts';
import type { Tell } from './tell.ts';

interface QuarantinePorts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly policy: PaymentPolicy;
  readonly tell: Tell;
}

/** Counts one fault; at the limit the payment is set aside until a redrive or the next epoch. */
export async function recordPaymentFault(ports: QuarantinePorts, epoch: Epoch, fault: { readonly payment: AcceptedPayment; readonly reason: string }): Promise<void> {
  const { payment, reason } = fault;
  const setAside = payment.attempts + 1 >= ports.policy.attemptsMax;
  const quarantine = setAside ? { reason, at: ports.clock.now(), epoch } : undefined;
  await repeat(ports.clock, () => ports.journal.recordFault(payment, quarantine));
  ports.metrics.count('ProcessingError');
  ports.log.warn('payment_fault', { transaction_id: payment.transactionId, reason, attempts: payment.attempts + 1, set_aside: setAside });
  if (!setAside) return;
  await ports.tell({
    kind: 'payment_quarantined',
    sentence: `A payment was set aside: ${reason}.`,
    detail: { transaction_id: payment.transactionId, merchant_id: payment.merchantId },
  });
}
