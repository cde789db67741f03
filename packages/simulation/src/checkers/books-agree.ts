// The money of the surviving ledger against all else that counts money: what the acquirer took and gave back, and what the
// settlement files add up to. In each currency the three must be one sum.
import { parseSettlementFile, settlementFileOf } from '@understudy/core';
import type { Checker, Evidence } from './checker.ts';

type Totals = Map<string, bigint>;

const add = (totals: Totals, currency: string, minor: bigint): void => void totals.set(currency, (totals.get(currency) ?? 0n) + minor);

/** Two lines for each row, as the books post it: the debit of one account is the credit of the other. */
function postingsOf({ ledger }: Evidence): { readonly receivable: Totals; readonly payable: Totals } {
  const [receivable, payable]: [Totals, Totals] = [new Map(), new Map()];
  const post = (currency: string, minor: bigint) => {
    add(receivable, currency, minor);
    add(payable, currency, 0n - minor);
  };
  for (const { payment } of ledger.rows()) if (payment.decision.outcome === 'processed') post(payment.acceptance.amount.currency, payment.acceptance.amount.minor);
  for (const { payment, refund } of ledger.refundRows()) if (refund.decision.outcome === 'processed') post(payment.acceptance.amount.currency, 0n - refund.amountMinor);
  return { receivable, payable };
}

function movedAtAcquirer({ world: { backstage: { acquirer } } }: Evidence): Totals {
  const totals: Totals = new Map();
  for (const charge of acquirer.charges()) if (charge.outcome === 'approved' && !charge.voided) add(totals, charge.amount.currency, charge.amount.minor);
  for (const refund of acquirer.refunds()) if (refund.outcome === 'approved') add(totals, refund.amount.currency, 0n - refund.amount.minor);
  return totals;
}

export const booksAgree: Checker = {
  name: 'books agree',
  promise: 'In each currency, what the surviving ledger holds is what the acquirer took and did not give back.',
  holds: 'rest',
  check: (evidence) => {
    const { receivable, payable } = postingsOf(evidence);
    const moved = movedAtAcquirer(evidence);
    return [...new Set([...receivable.keys(), ...moved.keys()])].flatMap((currency) => {
      const [held, taken] = [receivable.get(currency) ?? 0n, moved.get(currency) ?? 0n];
      return [
        ...(held + (payable.get(currency) ?? 0n) === 0n ? [] : [`${currency}: debit and credit differ`]),
        ...(held === taken ? [] : [`${currency}: the ledger holds ${held} minor units, the acquirer moved ${taken}`]),
      ];
    });
  },
};

export const oneTextPerName: Checker = {
  name: 'one text per name',
  promise: 'A receipt or a settlement file never has two texts, in whichever bucket.',
  holds: 'always',
  check: ({ history }) => [...history.published].filter(([, texts]) => texts.size > 1).map(([name, texts]) => `${name}: ${texts.size} texts`),
};

export const inOneFile: Checker = {
  name: 'in one file',
  promise: 'Every entry of the surviving ledger has its receipt and stands in exactly one settlement file, by its amount.',
  holds: 'rest',
  check: (evidence) => {
    if (!evidence.isClosed) return [];
    const { history, ledger } = evidence;
    const lines = new Map<string, bigint[]>();
    for (const [name, texts] of history.published) {
      const currency = settlementFileOf(name)?.currency;
      if (currency === undefined) continue;
      for (const line of parseSettlementFile([...texts][0] ?? '', currency)?.lines ?? []) lines.set(line.entryId, [...(lines.get(line.entryId) ?? []), line.amountMinor]);
    }
    const entries = [
      ...ledger.rows().filter(({ payment }) => payment.decision.outcome === 'processed').map(({ payment }) => ({ id: `${payment.merchantId}/${payment.transactionId}`, minor: BigInt(payment.acceptance.amount.minor), date: payment.decision.businessDate })),
      ...ledger.refundRows().filter(({ refund }) => refund.decision.outcome === 'processed').map(({ payment, refund }) => ({ id: `${payment.merchantId}/${payment.transactionId}~${refund.refundId}`, minor: 0n - refund.amountMinor, date: refund.decision.businessDate })),
    ];
    const own = evidence.world.backstage.regions[evidence.record.activeRegion].bucket.objects;
    return entries.flatMap(({ id, minor, date }) => {
      const found = lines.get(id) ?? [];
      return [
        ...(found.length === 1 ? [] : [`entry ${id}: stands in ${found.length} files`]),
        ...(found.every((each) => each === minor) ? [] : [`entry ${id}: its file says another amount`]),
        ...(own.has(`receipts/${date}/${id}.json`) ? [] : [`entry ${id}: has no receipt in the active region`]),
      ];
    });
  },
};
