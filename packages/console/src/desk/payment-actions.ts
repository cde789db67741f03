/**
 * Cancelling and refunding by an operator: the same use cases as the API's, as the payment's own merchant and mode.
 * Invariant: the act is on record before it is done. Dying in between leaves a record of what was not done, and doing it
 * again is safe: a cancellation is set once, a refund has its id.
 */
import { acceptRefund, cancelPayment, parseRefundRequest, paymentName, rememberActiveRegion, repeat } from '@understudy/core';
import type { AcceptPorts, Operation, Payment, PaymentKey, RefundPorts } from '@understudy/core';
import { badRequest, DeskRefusal, notFound, notNow, ok, optionalTextOf, textOf } from './answer.ts';
import type { DeskAnswer, DeskRequest } from './answer.ts';
import { isLive } from './payment-story.ts';
import type { DeskPorts } from './ports.ts';

/** How long the active region is remembered: hints go there. */
const ACTIVE_FRESH_MS = 1_000;
const REASON_CHARACTERS_MAX = 500;
const nothing = (): void => {};

export async function cancelByHand(ports: DeskPorts, key: PaymentKey, body: DeskRequest['body']): Promise<DeskAnswer> {
  const payment = await standing(ports, key);
  if (payment.decision) throw notNow(`it is decided: ${payment.decision.outcome}`);
  await record(ports, key, { what: 'cancel', reason: textOf(body, 'reason', REASON_CHARACTERS_MAX) });
  const result = await cancelPayment(await acceptPorts(ports), { merchantId: key.merchantId, live: isLive(payment) }, key.transactionId);
  switch (result.code) {
    case 'cancelled': return ok({ said: 'It is cancelled. A charge that is under way is given back by whoever settles it.' });
    case 'already_decided': throw notNow('it was decided otherwise meanwhile');
    case 'idempotency_conflict': throw notNow(result.reason);
    case 'unavailable': throw new DeskRefusal(503, 'unavailable', 'whether it is cancelled is not known: do it again');
  }
}

export async function refundByHand(ports: DeskPorts, key: PaymentKey, body: DeskRequest['body']): Promise<DeskAnswer> {
  const payment = await standing(ports, key);
  const amount = optionalTextOf(body, 'amount', 30);
  const request = parseRefundRequest({ refund_id: textOf(body, 'refundId', 100), ...(amount !== undefined && { amount }) });
  if (!request.ok) throw badRequest(request.faults.map((fault) => fault.message).join('; '));
  await record(ports, key, { what: 'refund', reason: textOf(body, 'reason', REASON_CHARACTERS_MAX) });
  const refundPorts: RefundPorts = { ...(await acceptPorts(ports)), refunds: ports.refunds };
  const result = await acceptRefund(refundPorts, { merchantId: key.merchantId, live: isLive(payment) }, { transactionId: key.transactionId, request: request.value });
  switch (result.code) {
    case 'accepted': return ok({ said: result.isNew ? 'The refund is accepted and will be made.' : 'This refund was accepted before; nothing was added.' });
    case 'not_found': throw notFound('there is no such payment');
    case 'invalid_request': throw badRequest(result.fault.message);
    case 'not_refundable': throw notNow(result.reason);
    case 'exceeds_charge': throw notNow('that is more than is left of the charge');
    case 'idempotency_conflict': throw notNow('this refund id stands for another amount');
    case 'unavailable': throw new DeskRefusal(503, 'unavailable', 'whether it was accepted is not known: give the same refund id again');
  }
}

async function standing(ports: DeskPorts, key: PaymentKey): Promise<Payment> {
  const payment = await repeat(ports.clock, () => ports.journal.read(key));
  if (!payment) throw notFound('the journal holds no payment of this merchant under this id');
  return payment;
}

const record = (ports: DeskPorts, key: PaymentKey, act: Pick<Operation, 'what' | 'reason'>): Promise<void> =>
  repeat(ports.clock, () => ports.operations.append({ at: ports.clock.now(), by: ports.by, ...act, subject: paymentName(key) }));

/** An operator stands in no region; what is accepted by hand counts as accepted in the active one. */
async function acceptPorts(ports: DeskPorts): Promise<AcceptPorts> {
  const { journal, queue, clock, digest, policy } = ports;
  const { activeRegion } = await ports.epochs.read();
  return {
    region: activeRegion, activeRegion: rememberActiveRegion(ports, ACTIVE_FRESH_MS), journal, queue, clock, digest, policy,
    metrics: { count: nothing, gauge: nothing }, log: { info: nothing, warn: nothing, error: nothing },
  };
}
