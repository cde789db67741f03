// Finds or makes the decision of each refund of one payment. Invariant: the journal's decision is set once and wins over
// any answer in hand; every attempt at a refund carries the same key, so the acquirer gives money back once; an
// indefinite answer decides nothing and holds up no other refund.
import { refundKeyText } from '../domain/payment/idempotency.ts';
import type { DecidedPayment } from '../domain/payment/payment.ts';
import { isDecidedRefund, isRefundable, refundsOf } from '../domain/refund/refund.ts';
import type { Refund, RefundDecision } from '../domain/refund/refund.ts';
import { refundStep } from '../domain/refund/refund-step.ts';
import { businessDateOf } from '../domain/time.ts';
import type { RefundAnswer, RefundKey, RefundLookup } from '../ports/acquirer.ts';
import { isPortFault } from '../ports/fault.ts';
import type { SettlePorts } from './decide-payment.ts';
import { inParallel } from './in-parallel.ts';
import { repeat } from './repeat.ts';

/** Bounds what one payment's refunds have under way at the acquirer. */
const PARALLEL_MAX = 4;

/** After this, the rest waits for the next pass: a payment of a hundred refunds and a slow acquirer must not hold up the batch until its process is ended. */
const ASKING_MS_MAX = 10_000;

/** The payment with the decisions that its refunds have now. Never throws PortFault: what is unknown stays undecided. */
export async function decideRefunds(ports: SettlePorts, payment: DecidedPayment): Promise<DecidedPayment> {
  if (!isRefundable(payment) || !payment.refunds) return payment;
  const startedAt = ports.clock.now();
  const refunds = await inParallel(payment.refunds, PARALLEL_MAX, async (refund) =>
    ports.clock.now() - startedAt < ASKING_MS_MAX ? decideOne(ports, { payment, refund }) : refund);
  return { ...payment, refunds };
}

interface Case {
  readonly payment: DecidedPayment;
  readonly refund: Refund;
}

async function decideOne(ports: SettlePorts, { payment, refund }: Case): Promise<Refund> {
  try {
    const { action } = refundStep({ refund, now: ports.clock.now(), policy: ports.policy });
    if (action === 'post') return refund;
    const found = action === 'look_up_or_refund' ? await ports.acquirer.lookupRefund(refundKeyOf({ payment, refund })) : undefined;
    const answer = found === undefined || found.code === 'none' ? await ask(ports, { payment, refund }) : found;
    const mine = meaningOf(answer);
    return mine ? await decide(ports, { payment, refund }, mine) : refund;
  } catch (error) {
    if (!isPortFault(error)) throw error;
    ports.log.warn('refund_undecided', { transaction_id: payment.transactionId, refund_id: refund.refundId, cause: error.message });
    return refund;
  }
}

const refundKeyOf = ({ payment, refund }: Case): RefundKey =>
  ({ merchantId: payment.merchantId, transactionId: payment.transactionId, live: payment.acceptance.live, refundId: refund.refundId });

/**
 * An acquirer that forgets its declines may have given back for another request, whose answer was lost. So a decline is
 * looked up, and before it is decided: money that was given back cannot be fetched again, so it is the outcome.
 */
async function ask(ports: SettlePorts, { payment, refund }: Case): Promise<RefundAnswer> {
  const key = refundKeyOf({ payment, refund });
  const answer = await ports.acquirer.refund({
    ...key,
    idempotencyKey: ports.digest(refundKeyText(payment, refund.refundId)),
    chargeReference: payment.decision.acquirerReference ?? '',
    amount: { minor: refund.amountMinor, currency: payment.acceptance.amount.currency },
  });
  if (answer.code !== 'declined') return answer;
  const found = await ports.acquirer.lookupRefund(key);
  return found.code === 'none' ? answer : found;
}

type Meaning = Pick<RefundDecision, 'outcome' | 'acquirerReference' | 'code'>;

/** A request that the acquirer refuses as such gave nothing back and never will: that is a failure like a decline. */
function meaningOf(answer: RefundAnswer | Exclude<RefundLookup, { code: 'none' }>): Meaning | undefined {
  switch (answer.code) {
    case 'approved':
      return { outcome: 'processed', acquirerReference: answer.reference };
    case 'declined':
      return { outcome: 'failed', acquirerReference: answer.reference, code: answer.reason };
    case 'invalid':
      return { outcome: 'failed', code: answer.reason };
    case 'in_progress':
      return undefined;
  }
}

async function decide(ports: SettlePorts, { payment, refund }: Case, mine: Meaning): Promise<Refund> {
  const decidedAt = ports.clock.now();
  const stored = await repeat(ports.clock, () => ports.refunds.decideRefund(payment, refund, { ...mine, decidedAt, businessDate: businessDateOf(decidedAt) }));
  const standing = refundsOf(stored?.payment ?? payment).find((other) => other.refundId === refund.refundId);
  if (!standing || !isDecidedRefund(standing)) return refund;
  if (mine.outcome === 'processed' && standing.decision.acquirerReference !== mine.acquirerReference) await tellSecond(ports, { payment, refund: standing });
  return standing;
}

/** Only an acquirer that breaks its promise of one answer under one key comes here. Given back is given back: a person must see to it. */
async function tellSecond(ports: SettlePorts, { payment, refund }: Case): Promise<void> {
  ports.log.error('refund_differs', { transaction_id: payment.transactionId, refund_id: refund.refundId });
  await ports.tell({
    kind: 'refund_differs',
    sentence: 'The acquirer gave money back for a refund that had been decided otherwise.',
    detail: { transaction_id: payment.transactionId, merchant_id: payment.merchantId, refund_id: refund.refundId },
  });
}
