// What was taken from customers is what was decided. Says which charges are the audit's, and why.
import { keyText } from '@understudy/core';
import type { Checker, Evidence } from './checker.ts';

/**
 * Charges that stand for payments decided otherwise, with nobody left to give them back: made after the decision, by an
 * actor that then died, was cut off, or lost the answer. The audit finds them.
 */
export const leftToAudit = ({ payments, world, history }: Evidence): ReadonlySet<string> => new Set(payments
  .filter((payment) => payment.decision && payment.decision.outcome !== 'processed' && world.backstage.acquirer.netCharges(payment) === 1)
  .map(keyText)
  .filter((text) => (history.chargedAt.get(text) ?? 0) > (history.decidedAt.get(text) ?? Infinity)));

export const chargedOnce: Checker = {
  name: 'charged once',
  promise: 'A processed payment has one net charge, and a failed or cancelled one none, once the audit has given back what was left.',
  holds: 'rest',
  check: ({ payments, world: { backstage: { acquirer } } }) => payments.flatMap((payment) => {
    const net = acquirer.netCharges(payment);
    const outcome = payment.decision?.outcome;
    return net === (outcome === 'processed' ? 1 : 0) ? [] : [`${keyText(payment)}: ${outcome ?? 'undecided'} with net charge ${net}`];
  }),
};
