// Every charge that the acquirer knows is one that the journal accepted, by the amount.
import { keyText } from '@understudy/core';
import type { Checker } from './checker.ts';

export const chargedAsAccepted: Checker = {
  name: 'charged as accepted',
  promise: 'Nothing is charged that was not accepted, nor another amount.',
  holds: 'always',
  check: ({ payments, world: { backstage: { acquirer } } }) => {
    const accepted = new Map(payments.map((payment) => [keyText(payment), payment.acceptance]));
    return acquirer.charges().flatMap((charge) => {
      const amount = accepted.get(keyText(charge))?.amount;
      if (!amount) return [`${keyText(charge)}: charged and never accepted`];
      return amount.minor === charge.amount.minor && amount.currency === charge.amount.currency ? [] : [`${keyText(charge)}: another amount was charged than accepted`];
    });
  },
};
