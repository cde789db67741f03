// What is done with one payment: every state it can be in, at every time that matters, has exactly the row that the
// table of expectations below names. The expectations are written as a decision of their own, not copied rows.
import { expect, test } from 'vitest';
import { epochOf } from '../region/epoch.ts';
import type { Epoch } from '../region/epoch.ts';
import { businessDateOf, epochMs } from '../time.ts';
import { minorUnits } from '../money/money.ts';
import { refundId } from '../refund/refund.ts';
import type { Refund } from '../refund/refund.ts';
import { customerId, merchantId, statusOf, transactionId } from './payment.ts';
import type { Decision, Outcome, Payment } from './payment.ts';
import { defaultPaymentPolicy } from './policy.ts';
import { settleStep, settleTable } from './settle-step.ts';
import type { SettleFacts } from './settle-step.ts';

const ACCEPTED_AT = epochMs(1_767_614_400_000);
const HOUR_MS = 3_600_000;
const EPOCH = epochOf(3);
/** So that the key's life can end before settle_before does. */
const longPolicy = { ...defaultPaymentPolicy, settleWithinMs: 48 * HOUR_MS };

const decisionOf = (outcome: Outcome): Decision => ({ outcome, decidedAt: ACCEPTED_AT, businessDate: businessDateOf(ACCEPTED_AT) });

const refundWhere = (posted: boolean): readonly Refund[] =>
  [{ refundId: refundId('refund-1'), amountMinor: minorUnits(100n), acceptedAt: ACCEPTED_AT, acceptedRegion: 'us-east-2', posted }];

const paymentOf = (state: { readonly decided?: Outcome | undefined; readonly posted: Epoch; readonly setAsideIn?: Epoch | undefined; readonly settleWithinMs: number; readonly refundPosted?: boolean | undefined }): Payment => ({
  merchantId: merchantId('shop'),
  transactionId: transactionId('order-7'),
  acceptance: {
    customerId: customerId('customer-1'), amount: { minor: minorUnits(1000n), currency: 'USD' }, fingerprint: 'f', acceptedAt: ACCEPTED_AT, acceptedRegion: 'us-east-1',
    settleBefore: epochMs(ACCEPTED_AT + state.settleWithinMs), live: true,
  },
  ...(state.decided && { decision: decisionOf(state.decided) }),
  postedEpoch: state.posted,
  inWork: true,
  attempts: 0,
  ...(state.setAsideIn && { quarantine: { reason: 'a test', at: ACCEPTED_AT, epoch: state.setAsideIn } }),
  ...(state.refundPosted !== undefined && { refunds: refundWhere(state.refundPosted) }),
});

const outcomes = [undefined, 'processed', 'failed', 'cancelled'] as const;
const postedEpochs = [0, 2, 3, 4].map(epochOf);
const quarantines = [undefined, epochOf(2), EPOCH];
const ages = [0, HOUR_MS - 1, HOUR_MS, 23 * HOUR_MS - 1, 23 * HOUR_MS, 48 * HOUR_MS - 1, 48 * HOUR_MS, -HOUR_MS];

function* everyFacts(): Generator<SettleFacts> {
  for (const policy of [defaultPaymentPolicy, longPolicy]) for (const ageMs of ages) for (const decided of outcomes) for (const posted of postedEpochs) for (const setAsideIn of quarantines) {
    // Only what was told as processed is refunded.
    for (const refundPosted of decided === 'processed' && posted > 0 ? [undefined, false, true] : [undefined]) {
      yield { payment: paymentOf({ decided, posted, setAsideIn, settleWithinMs: policy.settleWithinMs, refundPosted }), epoch: EPOCH, now: epochMs(ACCEPTED_AT + ageMs), policy };
    }
  }
}

function expectedRow({ payment, epoch, now, policy }: SettleFacts): string {
  if (!payment) return 'S-10';
  const { acceptance, decision, postedEpoch, quarantine, refunds = [] } = payment;
  if (!acceptance) return 'S-20';
  if (postedEpoch >= epoch && refunds.every((refund) => refund.posted)) return 'S-30';
  if (decision && postedEpoch > 0) return 'S-50';
  if (quarantine && quarantine.epoch === epoch) return 'S-40';
  if (decision) {
    if (decision.outcome === 'processed') return 'S-60';
    return now < decision.decidedAt + policy.chargeInFlightMs ? 'S-65' : 'S-70';
  }
  if (now >= acceptance.settleBefore) return 'S-80';
  return now >= acceptance.acceptedAt + policy.acquirerKeyLifeMs - HOUR_MS ? 'S-90' : 'S-100';
}

test('settle step: every state of a payment at every time -> exactly the expected row', () => {
  const reached = new Set<string>();
  for (const facts of everyFacts()) {
    const step = settleStep(facts);
    if (step.row !== expectedRow(facts)) expect({ ...facts, row: step.row }).toEqual({ ...facts, row: expectedRow(facts) });
    reached.add(step.row);
  }
  for (const payment of [undefined, { merchantId: merchantId('shop'), transactionId: transactionId('spent'), decision: decisionOf('cancelled'), postedEpoch: epochOf(0), inWork: false, attempts: 0 }]) {
    reached.add(settleStep({ payment, epoch: EPOCH, now: ACCEPTED_AT, policy: defaultPaymentPolicy }).row);
  }
  expect([...reached].sort()).toEqual(settleTable.map((row) => row.id).sort());
});

test('settle step: an undecided payment -> never charged past settle_before, nor on a key that may be forgotten', () => {
  for (const facts of everyFacts()) {
    const step = settleStep(facts);
    if (step.action !== 'charge') continue;
    expect(facts.now).toBeLessThan(step.payment.acceptance.settleBefore);
    expect(facts.now - step.payment.acceptance.acceptedAt).toBeLessThan(facts.policy.acquirerKeyLifeMs - HOUR_MS);
    expect(facts.payment?.decision).toBeUndefined();
  }
});

test('settle step: a decided payment -> the acquirer is never asked to charge', () => {
  for (const facts of everyFacts()) {
    if (facts.payment?.decision) expect(['drop', 'wait', 'post', 'reverse_then_post']).toContain(settleStep(facts).action);
  }
});

test('status: what may be told -> an outcome only once it is posted, a cancellation at once', () => {
  for (const facts of everyFacts()) {
    const payment = facts.payment as Payment;
    const status = statusOf(payment);
    if (payment.decision?.outcome === 'cancelled') expect(status).toBe('cancelled');
    else if (payment.decision && payment.postedEpoch > 0) expect(status).toBe(payment.decision.outcome);
    else expect(status).toBe(payment.quarantine ? 'quarantined' : 'accepted');
  }
});
