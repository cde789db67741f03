import { keyText, refundsOf } from '@understudy/core';
import type { Checker } from './checker.ts';

export const neverTwice: Checker = {
  name: 'never twice',
  promise: 'At no moment is a payment charged twice, or a refund given back twice.',
  holds: 'always',
  check: ({ payments, world: { backstage: { acquirer } } }) => payments.flatMap((payment) => [
    ...(acquirer.netCharges(payment) > 1 ? [`${keyText(payment)}: charged ${acquirer.netCharges(payment)} times`] : []),
    ...refundsOf(payment).filter((refund) => acquirer.netRefunds(payment, refund.refundId) > 1).map((refund) => `refund ${keyText(payment)}#${refund.refundId}: given back ${acquirer.netRefunds(payment, refund.refundId)} times`),
  ]),
};
