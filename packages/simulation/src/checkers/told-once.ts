// What clients heard of a payment or a refund against its decision.
import { keyText, refundsOf } from '@understudy/core';
import type { Checker } from './checker.ts';

export const toldOnce: Checker = {
  name: 'told once',
  promise: 'An outcome that was told is the decision, and is never told differently.',
  holds: 'always',
  check: ({ payments, history }) => payments.flatMap((payment) => {
    const named = [{ name: keyText(payment), decision: payment.decision }, ...refundsOf(payment).map((refund) => ({ name: `${keyText(payment)}#${refund.refundId}`, decision: refund.decision }))];
    return named.flatMap(({ name, decision }) => {
      const heard = new Set([...history.told(name), ...(decision ? [decision.outcome] : [])]);
      const isEarly = history.told(name).size > 0 && !decision;
      return heard.size > 1 || isEarly ? [`${name}: told ${[...heard].join(' and ')}${isEarly ? ' before it was decided' : ''}`] : [];
    });
  }),
};
