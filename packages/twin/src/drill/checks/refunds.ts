/** Refunds: never above the charge, given back once, and alike in the surviving books and in the acquirer's own record. */
import type { RefundEntry } from '../../acquirer-sandbox/record.ts';
import type { SentRefund } from '../load.ts';
import { sentences } from './promise.ts';
import type { Books, CheckedPromise } from './promise.ts';

const nameOf = (of: { readonly transaction_id: string; readonly refund_id: string }): string => `${of.transaction_id}~${of.refund_id}`;

export function checkRefunds(sent: readonly SentRefund[], books: Books, given: readonly RefundEntry[]): CheckedPromise {
  const approved = given.filter((refund) => refund.outcome === 'approved');
  const rows = new Map(books.refunds.map((row) => [nameOf(row), row]));
  const asked = new Map(sent.map((refund) => [nameOf({ transaction_id: refund.transactionId, refund_id: refund.refundId }), refund]));
  const broken = [
    ...(rows.size === books.refunds.length ? [] : ['a refund stands twice in the ledger']),
    ...[...asked].flatMap(([name, refund]) => {
      const row = rows.get(name);
      if (refund.ackedAt !== undefined && !row) return [`refund ${name} was acknowledged and has no row in the surviving ledger`];
      if (refund.refusedStatus !== undefined && row) return [`refund ${name} was refused with ${refund.refusedStatus} and stands in the ledger`];
      return row && (row.amount_minor !== refund.amountMinor || row.currency !== refund.currency) ? [`refund ${name} was sent as ${refund.amountMinor} ${refund.currency} and booked as ${row.amount_minor} ${row.currency}`] : [];
    }),
    ...books.refunds.flatMap((row) => {
      const back = approved.filter((entry) => nameOf(entry) === nameOf(row)).map((entry) => entry.amount_minor).join(' and ') || 'nothing';
      const right = row.status === 'processed' ? String(row.amount_minor) : 'nothing';
      return [...(asked.has(nameOf(row)) ? [] : [`refund ${nameOf(row)} stands in the ledger and was never asked for`]), ...(back === right ? [] : [`refund ${nameOf(row)} is ${row.status} over ${row.amount_minor}, and ${back} was given back`])];
    }),
    ...approved.filter((entry) => !rows.has(nameOf(entry))).map((entry) => `refund ${nameOf(entry)} was given back and has no row in the surviving ledger`),
    ...aboveTheCharge(books),
  ];
  const { length: processed } = books.refunds.filter((row) => row.status === 'processed');
  return {
    promise: 'Refunds never exceed their charge, each is given back once or not at all, and books and acquirer agree',
    seen: `${sent.length} asked for, ${sent.filter((refund) => refund.ackedAt !== undefined).length} acknowledged, ${sent.filter((refund) => refund.refusedStatus !== undefined).length} refused; ${processed} in the books`,
    broken: sentences(broken),
  };
}

function aboveTheCharge({ rows, refunds, charges }: Books): readonly string[] {
  const sums = new Map<string, number>();
  for (const row of refunds) if (row.status === 'processed') sums.set(row.transaction_id, (sums.get(row.transaction_id) ?? 0) + row.amount_minor);
  const charged = new Map(rows.filter((row) => row.status === 'processed').map((row) => [row.transaction_id, row.amount_minor]));
  return [
    ...[...sums].filter(([id, sum]) => sum > (charged.get(id) ?? 0)).map(([id, sum]) => `of ${id} ${sum} is booked as given back, and ${charged.get(id) ?? 0} as charged`),
    ...charges.filter((charge) => charge.refunded_minor !== (sums.get(charge.transaction_id) ?? 0)).map((charge) => `of ${charge.transaction_id} the acquirer gave back ${charge.refunded_minor}, and the books ${sums.get(charge.transaction_id) ?? 0}`),
  ];
}
