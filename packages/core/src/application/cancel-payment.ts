// Cancels what is not decided yet, also an id nobody has seen: whoever gave up after a 503 can make sure.
// Invariant: a cancelled payment has no charge that stands; a charge under way is voided by who settles it.
import { acceptedOf, isKnown } from '../domain/payment/payment.ts';
import type { Decision, PaymentKey, TransactionId } from '../domain/payment/payment.ts';
import { businessDateOf } from '../domain/time.ts';
import { isPortFault } from '../ports/fault.ts';
import { sendHint } from './accept-payment.ts';
import type { AcceptPorts, Caller } from './accept-payment.ts';
import { repeat } from './repeat.ts';

export type CancelResult =
  | { readonly code: 'cancelled' }
  /** Decided otherwise, for good. */
  | { readonly code: 'already_decided' }
  /** Accepted with a key of the other mode, test or live: a test key never undoes a live payment. */
  | { readonly code: 'idempotency_conflict'; readonly reason: string }
  | { readonly code: 'unavailable' };

/** Refusals: `already_decided`, `idempotency_conflict`, `unavailable` (outcome unknown: cancel again). */
export async function cancelPayment(ports: AcceptPorts, caller: Caller, transactionId: TransactionId): Promise<CancelResult> {
  const key: PaymentKey = { merchantId: caller.merchantId, transactionId };
  const decidedAt = ports.clock.now();
  const decision: Decision = { outcome: 'cancelled', code: 'cancelled', decidedAt, businessDate: businessDateOf(decidedAt) };
  try {
    const spent = await repeat(ports.clock, () => ports.journal.spend(key, decision));
    if (spent.code === 'spent') return { code: 'cancelled' };
    if (!isKnown(spent.payment)) return { code: 'cancelled' };
    if (acceptedOf(spent.payment).live !== caller.live) return { code: 'idempotency_conflict', reason: 'this transaction_id was accepted with a key of the other mode, test or live' };
    if (spent.payment.tombstone) return { code: spent.payment.decision?.outcome === 'cancelled' ? 'cancelled' : 'already_decided' };
    const decided = await repeat(ports.clock, () => ports.journal.decide(key, decision));
    if (decided?.payment.decision.outcome !== 'cancelled') return { code: 'already_decided' };
    await sendHint(ports, key);
    return { code: 'cancelled' };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('cancel_unknown', { transaction_id: key.transactionId, cause: error.message });
    return { code: 'unavailable' };
  }
}
