// The surviving ledger against the journal: a row for each payment and refund, made from its decision.
import { keyText, refundsOf } from '@understudy/core';
import type { Checker } from './checker.ts';

export const oneRow: Checker = {
  name: 'one row',
  promise: 'Each accepted payment, and each of its refunds, has one row in the surviving ledger, made from its decision.',
  holds: 'rest',
  check: ({ payments, ledger }) => payments.filter((payment) => payment.acceptance).flatMap((payment) => {
    const text = keyText(payment);
    const outcome = payment.decision?.outcome;
    const rows = ledger.rows().filter((row) => keyText(row.payment) === text);
    const standing = `${outcome ?? 'undecided'}, posted ${payment.postedEpoch}, ${payment.inWork ? 'in work' : 'confirmed'}`;
    return [
      ...(rows.length === 1 ? [] : [`${text}: ${rows.length} rows in the surviving ledger (${standing})`]),
      ...rows.filter((row) => row.payment.decision.outcome !== outcome).map(() => `${text}: its row is not its decision`),
      ...refundsOf(payment).flatMap((refund) => {
        const own = ledger.refundRows().filter((row) => keyText(row.payment) === text && row.refund.refundId === refund.refundId);
        const name = `refund ${text}#${refund.refundId}`;
        return [
          ...(own.length === 1 ? [] : [`${name}: ${own.length} rows in the surviving ledger (${refund.decision?.outcome ?? 'undecided'}, ${refund.posted ? 'told' : 'not told'})`]),
          ...own.filter((row) => row.refund.decision.outcome !== refund.decision?.outcome).map(() => `${name}: its row is not its decision`),
        ];
      }),
    ];
  }),
};
