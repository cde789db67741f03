// What was given back: never more than was charged, and as decided.
import { keyText, refundedMinor, refundsOf } from '@understudy/core';
import type { Checker } from './checker.ts';

export const refundsFit: Checker = {
  name: 'refunds fit',
  promise: 'Accepted refunds never exceed their charge, and no more is given back than was charged.',
  holds: 'always',
  check: ({ payments, world: { backstage: { acquirer } } }) => payments.flatMap((payment) => {
    const charged = payment.acceptance?.amount.minor ?? 0n;
    const givenBack = acquirer.refunds().filter((record) => keyText(record) === keyText(payment) && record.outcome === 'approved').reduce((sum, record) => sum + record.amount.minor, 0n);
    return refundedMinor(payment) > charged || givenBack > charged ? [`${keyText(payment)}: more was given back than was charged`] : [];
  }),
};

export const refundsGivenBack: Checker = {
  name: 'refunds given back',
  promise: 'A processed refund was given back once, and a failed one not at all.',
  holds: 'rest',
  check: ({ payments, world: { backstage: { acquirer } } }) => payments.flatMap((payment) => refundsOf(payment).flatMap((refund) => {
    const net = acquirer.netRefunds(payment, refund.refundId);
    const outcome = refund.decision?.outcome;
    return net === (outcome === 'processed' ? 1 : 0) ? [] : [`refund ${keyText(payment)}#${refund.refundId}: ${outcome ?? 'undecided'} and given back ${net} times`];
  })),
};
