// Accepts a payment and waits for its outcome: settles it at once where this region is active, otherwise
// watches the journal. Invariant: an outcome is told only once it stands in the books.
import { statusOf } from '../domain/payment/payment.ts';
import type { Payment, PaymentKey } from '../domain/payment/payment.ts';
import type { PaymentRequest } from '../domain/payment/payment-request.ts';
import { isPortFault } from '../ports/fault.ts';
import { acceptPayment, sendHint } from './accept-payment.ts';
import type { AcceptResult, Caller, PayPorts } from './accept-payment.ts';
import type { SettlePorts } from './decide-payment.ts';
import { settlePayments } from './settle-payments.ts';

export type ProcessPorts = PayPorts & SettlePorts;

export type ProcessResult = AcceptResult | { readonly code: 'outcome'; readonly payment: Payment };

/** Half of what a caller of a card payment waits for; after it the answer is 202 and the outcome follows. */
export const PROCESS_WAIT_MS = 10_000;
const LOOK_EVERY_MS = 150;

/** Refusals: as {@link acceptPayment}. `accepted` here means that the outcome takes longer. */
export async function processPayment(ports: ProcessPorts, caller: Caller, request: PaymentRequest): Promise<ProcessResult> {
  const deadline = ports.clock.now() + PROCESS_WAIT_MS;
  const accepted = await acceptPayment(ports, caller, request);
  if (accepted.code !== 'accepted') return accepted;
  const settled = isTold(accepted.payment) ? accepted.payment : undefined;
  if (settled) return { code: 'outcome', payment: settled };
  const result = await settlePayments(ports, [accepted.payment]);
  if (![...result.values()].includes('settled')) await sendHint(ports, accepted.payment);
  for (;;) {
    const payment = await readQuietly(ports, accepted.payment);
    if (payment && isTold(payment)) return { code: 'outcome', payment };
    if (ports.clock.now() + LOOK_EVERY_MS >= deadline) return accepted;
    await ports.clock.sleep(LOOK_EVERY_MS);
  }
}

const isTold = (payment: Payment): boolean => {
  const status = statusOf(payment);
  return status !== 'accepted' && status !== 'quarantined';
};

async function readQuietly(ports: ProcessPorts, key: PaymentKey): Promise<Payment | undefined> {
  try {
    return await ports.journal.read(key);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return undefined;
  }
}
