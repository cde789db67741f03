import { keyText, refundsOf } from '@understudy/core';
import type { Checker } from './checker.ts';

export const acknowledged: Checker = {
  name: 'acknowledged',
  promise: 'What a client was told is accepted stands in the journal.',
  holds: 'always',
  check: ({ payments, history }) => {
    const known = new Set(payments.flatMap((payment) => [keyText(payment), ...refundsOf(payment).map((refund) => `${keyText(payment)}#${refund.refundId}`)]));
    return [...history.acknowledged].filter((name) => !known.has(name)).map((name) => `${name}: acknowledged and not in the journal`);
  },
};
